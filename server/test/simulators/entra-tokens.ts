import { randomBytes, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { EntraDirectory } from "./entra-directory.ts";

/** Signs the tokens of a directory; `keys` is what it publishes of that. */
export async function createEntraTokens(directory: EntraDirectory, issuer: string) {
  const kid = randomBytes(20).toString("base64url");
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const { tenant, api, page, person } = directory;

  const sign = (claims: JWTPayload, seconds: { issued: number; expires: number }) =>
    new SignJWT({
      iss: issuer,
      iat: seconds.issued,
      nbf: seconds.issued,
      exp: seconds.expires,
      tid: tenant,
      oid: person.id,
      name: person.name,
      preferred_username: person.username,
      ver: "2.0",
      ...claims,
    })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid })
      .sign(privateKey);

  return {
    // As Entra ID: `use` and no `alg`.
    keys: [{ ...(await exportJWK(publicKey)), kid, use: "sig", issuer }],

    /** For the API. `aud` of a token of version 2 is the bare id, although `api://` was asked for. */
    access: (seconds: { issued: number; expires: number }) =>
      sign(
        {
          aud: api.clientId,
          azp: page.clientId,
          azpacr: "0",
          scp: api.scope,
          sub: `${person.id} of ${api.clientId}`,
          uti: randomUUID(),
        },
        seconds,
      ),

    /** For the page itself. */
    identity: (nonce: string | null, seconds: { issued: number; expires: number }) =>
      sign(
        {
          aud: page.clientId,
          sub: `${person.id} of ${page.clientId}`,
          ...(nonce === null ? {} : { nonce }),
        },
        seconds,
      ),

    clientInfo: Buffer.from(JSON.stringify({ uid: person.id, utid: tenant })).toString("base64url"),
  };
}
