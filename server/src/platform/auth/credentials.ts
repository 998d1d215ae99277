import { decodeProtectedHeader } from "jose";
import { createEntraTokens } from "./entra.ts";
import { ADMIN_ROLE, ADMIN_TOKEN_OWNER, type Identity, identified, METRICS_TOKEN_OWNER } from "./identity.ts";
import { createLiterals, sha256 } from "./literal.ts";
import { createLocalTokens } from "./local-token.ts";
import type { Outcome } from "./outcome.ts";
import type { AuthSettings } from "./settings.ts";

/** Every kind of credential a header can carry, and how each is checked. */
export interface Credentials {
  bearer(token: string): Promise<Outcome>;
  apiKey(presented: string): Outcome;
  adminToken(presented: string): Outcome;
  metricsToken(presented: string): Outcome;
}

export function createCredentials(settings: AuthSettings, clock: () => number): Credentials {
  const entra = settings.entra === null ? null : createEntraTokens({ ...settings.entra, clock });
  const local = createLocalTokens({ secrets: settings.jwtSecrets, clock });
  const apiKeys = createLiterals(settings.apiKeys);
  const adminTokens = createLiterals(settings.adminToken === null ? [] : [settings.adminToken]);
  const metricsTokens = createLiterals(settings.metricsToken === null ? [] : [settings.metricsToken]);
  // The caller empties the list outside development; a literal that is in every README is worth a second look.
  const devTokens = createLiterals(settings.environment === "development" ? settings.devTokens : []);

  const literal = (found: boolean, identity: Identity): Outcome =>
    found ? { state: "valid", identity, expiresAt: null } : { state: "invalid" };

  const credentials: Credentials = {
    async bearer(token) {
      const admin = credentials.adminToken(token);
      if (admin.state === "valid") return admin;
      if (devTokens.has(token)) {
        return literal(true, identified({ method: "dev", owner: "dev", subject: "dev", roles: [] }));
      }
      // The header only chooses who looks: each verifier takes its one algorithm with its own kind of key, so a
      // token signed with a public key as if it were shared bytes is checked against the shared bytes, and fails.
      switch (algorithmOf(token)) {
        case "RS256":
          return entra === null ? { state: "invalid" } : entra.verify(token);
        case "HS256":
          return local.verify(token);
        default:
          return { state: "invalid" };
      }
    },

    apiKey(presented) {
      const owner = `key:${sha256(presented).toString("hex").slice(0, 12)}`;
      return literal(
        apiKeys.has(presented),
        identified({ method: "api_key", owner, subject: owner, roles: [] }),
      );
    },

    adminToken: (presented) => literal(adminTokens.has(presented), administrator),
    metricsToken: (presented) => literal(metricsTokens.has(presented), scraper),
  };
  return credentials;
}

const administrator = identified({
  method: "admin_token",
  owner: ADMIN_TOKEN_OWNER,
  subject: "administrator",
  roles: [ADMIN_ROLE],
});

const scraper = identified({
  method: "metrics_token",
  owner: METRICS_TOKEN_OWNER,
  subject: "metrics",
  roles: [],
});

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}
