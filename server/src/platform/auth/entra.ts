import { errors, jwtVerify } from "jose";
import { identified, rolesOf } from "./identity.ts";
import { CLOCK_TOLERANCE_SECONDS } from "./local-token.ts";
import type { Outcome } from "./outcome.ts";
import type { EntraSettings } from "./settings.ts";
import { createSigningKeys } from "./signing-keys.ts";

const MULTI_TENANT = new Set([
  "common",
  "organizations",
  "consumers",
  // The directory of all personal Microsoft accounts, which `consumers` stands for.
  "9188040d-6c67-4c5b-b112-36a304b66dad",
]);

/**
 * Whether a configured tenant is one directory, named by its id. The shared ones sign for every customer of
 * Microsoft, so their signature proves nothing; a domain name never equals the `tid` and `iss` of a token.
 */
export const isSingleTenant = (tenantId: string): boolean =>
  /^[0-9a-z-]+$/i.test(tenantId) && !MULTI_TENANT.has(tenantId.toLowerCase());

/**
 * Checks access tokens of Microsoft Entra ID (v1 and v2) for one tenant and one application.
 * Owner = `tid:oid`, which is the same for one person or service in every application and after a rename.
 */
export function createEntraTokens(options: EntraSettings & { clock: () => number; keysTimeoutMs?: number }) {
  const { tenantId, clientId, clock } = options;
  if (!isSingleTenant(tenantId)) throw new RangeError("The tenant must be one directory, named by its id.");
  const authority = `${options.authority.replace(/\/+$/, "")}/${tenantId}`;
  const keys = createSigningKeys({
    url: `${authority}/discovery/v2.0/keys`,
    clock,
    ...(options.keysTimeoutMs === undefined ? {} : { timeoutMs: options.keysTimeoutMs }),
  });

  return {
    async verify(token: string): Promise<Outcome> {
      try {
        const { payload } = await jwtVerify(
          token,
          async (header) => {
            // Without a key id any key of the set would do; Entra ID always names one.
            if (typeof header.kid !== "string") throw new errors.JWSInvalid("No key id");
            const lookup = await keys.find(header);
            if (lookup.state === "found") return lookup.key;
            if (lookup.state === "unknown") throw new errors.JWKSNoMatchingKey();
            throw new KeysUnavailable(lookup.retryAfterMs, lookup.cause);
          },
          {
            algorithms: ["RS256"],
            issuer: [`${authority}/v2.0`, `https://sts.windows.net/${tenantId}/`],
            audience: [clientId, `api://${clientId}`],
            requiredClaims: ["exp", "tid", "oid"],
            clockTolerance: CLOCK_TOLERANCE_SECONDS,
            currentDate: new Date(clock()),
          },
        );
        const { aud, exp } = payload;
        const tid = payload["tid"];
        const oid = payload["oid"];
        // Entra ID names one audience; a list would be a token that also opens somebody else's door.
        if (typeof aud !== "string" || exp === undefined) return { state: "invalid" };
        if (tid !== tenantId || typeof oid !== "string" || oid === "") return { state: "invalid" };
        return {
          state: "valid",
          identity: identified({
            method: "entra",
            owner: `${tid}:${oid}`,
            subject: oid,
            roles: rolesOf(payload["roles"]),
          }),
          expiresAt: exp * 1000,
        };
      } catch (error) {
        if (error instanceof KeysUnavailable) {
          return { state: "unavailable", retryAfterMs: error.retryAfterMs, cause: error.cause };
        }
        if (error instanceof errors.JWTExpired) return { state: "expired" };
        if (error instanceof errors.JOSEError) return { state: "invalid" };
        throw error;
      }
    },
  };
}

class KeysUnavailable extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number, cause: unknown) {
    super("The identity service's keys could not be fetched.", { cause });
    this.retryAfterMs = retryAfterMs;
  }
}
