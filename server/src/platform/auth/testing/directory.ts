import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

export const TENANT = "11111111-2222-4333-8444-555555555555";
export const CLIENT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
export const PERSON = "99999999-8888-4777-8666-555555555555";

/** How the directory answers for its keys: with them, with an error, with nonsense, or never. */
type Behaviour = "keys" | "error" | "nonsense" | "no keys" | "silence";

export type Directory = Awaited<ReturnType<typeof startDirectory>>;

/** An identity service on loopback: publishes keys as Entra ID does and signs tokens with them. */
export async function startDirectory(now: () => number) {
  const signers = new Map<string, { privateKey: CryptoKey; publicJwk: JWK; published: boolean }>();
  const state = { behaviour: "keys" as Behaviour, requests: [] as string[] };
  const silent = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    state.requests.push(request.url ?? "");
    const keys = [...signers.values()].filter((signer) => signer.published).map((signer) => signer.publicJwk);
    switch (state.behaviour) {
      case "silence":
        silent.add(response);
        return;
      case "error":
        response.writeHead(500).end();
        return;
      case "nonsense":
        response.writeHead(200).end("<html>a captive portal</html>");
        return;
      default:
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ keys: state.behaviour === "no keys" ? [] : keys }));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const directory = {
    authority,
    entra: { tenantId: TENANT, clientId: CLIENT, authority },
    state,

    async addKey(kid: string, published = true) {
      const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
      // As Entra ID: `use` and no `alg`.
      const publicJwk = { ...(await exportJWK(publicKey)), kid, use: "sig" };
      signers.set(kid, { privateKey, publicJwk, published });
    },

    publish(kid: string, published: boolean) {
      const signer = signers.get(kid);
      if (signer) signer.published = published;
    },

    /** Settles when the keys are asked for the next time. */
    nextRequest: () => once(server, "request"),

    publicJwk: (kid: string) => signers.get(kid)?.publicJwk,

    /** A token that is right in everything, apart from what is given: a claim of `undefined` is left out. */
    async token(
      claims: Record<string, unknown> = {},
      header: { kid?: string | undefined; as?: string; alg?: string } = {},
    ) {
      const seconds = Math.floor(now() / 1000);
      const payload: JWTPayload = {
        iss: `${authority}/${TENANT}/v2.0`,
        aud: CLIENT,
        tid: TENANT,
        oid: PERSON,
        sub: "pairwise-subject",
        iat: seconds,
        nbf: seconds,
        exp: seconds + 3600,
        ...claims,
      };
      const kid = "kid" in header ? header.kid : "first";
      const signer = signers.get(header.as ?? kid ?? "first");
      if (signer === undefined) throw new Error("No such signer");
      const { alg = "RS256" } = header;
      return new SignJWT(payload)
        .setProtectedHeader({ alg, typ: "JWT", ...(kid === undefined ? {} : { kid }) })
        .sign(await importJWK(await exportJWK(signer.privateKey), alg));
    },

    async close() {
      for (const response of silent) response.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  await directory.addKey("first");
  return directory;
}
