import { createHmac, type KeyObject } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type SecretKeys, withAnyKey } from "../secret-keys.ts";
import { type Identity, identified } from "./identity.ts";
import type { Outcome } from "./outcome.ts";
import type { AuthSettings } from "./settings.ts";

export const SESSION_COOKIE = "fovea_session";
const SESSION_SECONDS = 12 * 3600;
const AUDIENCE = "fovea:session";

const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  name: z.string(),
  roles: z.array(z.string()),
  /** What the person signed in with. */
  via: z.enum(["entra", "hs256", "dev", "api_key", "admin_token"]),
  /** Which literal it was, for the kinds that are literals. */
  literal: z.string(),
});
type Via = z.output<typeof claims>["via"];

/**
 * The browser's session: an HS256 token of its own kind. It is signed with other bytes than bearer tokens, and names
 * an audience, so neither can stand in for the other even where the bytes are one day the same.
 */
export function createSessions(options: {
  secrets: SecretKeys;
  settings: AuthSettings;
  clock: () => number;
}) {
  const [signs] = options.secrets;

  // Keyed, because the cookie is readable: a bare digest would let whoever sees one guess the literal offline.
  const fingerprint = (key: Uint8Array | KeyObject, via: Via, literal: string) =>
    createHmac("sha256", key).update(`${via}:${literal}`).digest("base64url");

  /** Taking a credential out of the configuration must end the sessions that began with it. */
  const stillAccepted = (key: KeyObject, via: Via, literal: string): boolean => {
    const { settings } = options;
    if (via === "entra") return settings.entra !== null;
    if (via === "hs256") return true;
    const configured = {
      dev: settings.environment === "development" ? settings.devTokens : [],
      api_key: settings.apiKeys,
      admin_token: settings.adminToken === null ? [] : [settings.adminToken],
    }[via];
    return configured.some((accepted) => fingerprint(key, via, accepted) === literal);
  };

  return {
    /** The cookie for a credential that was just checked; it never outlives the token it stands for. */
    async start(
      checked: { identity: Identity; expiresAt: number | null },
      literal: string,
    ): Promise<{ value: string; maxAgeSeconds: number }> {
      const { identity, expiresAt } = checked;
      const via = claims.shape.via.parse(identity.method);
      const now = Math.floor(options.clock() / 1000);
      const left = expiresAt === null ? SESSION_SECONDS : Math.floor(expiresAt / 1000) - now;
      const maxAgeSeconds = Math.max(0, Math.min(SESSION_SECONDS, left));
      const value = await new SignJWT({
        name: identity.subject,
        roles: [...identity.roles],
        via,
        literal: via === "entra" || via === "hs256" ? "" : fingerprint(signs, via, literal),
      })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(AUDIENCE)
        .setSubject(identity.owner)
        .setIssuedAt(now)
        .setExpirationTime(now + maxAgeSeconds)
        .sign(signs);
      return { value, maxAgeSeconds };
    },

    async verify(value: string): Promise<Outcome> {
      try {
        const { payload, key } = await withAnyKey(options.secrets, async (key) => ({
          ...(await jwtVerify(value, key, {
            algorithms: ["HS256"],
            audience: AUDIENCE,
            requiredClaims: ["exp", "sub"],
            currentDate: new Date(options.clock()),
          })),
          key,
        }));
        const session = claims.safeParse(payload);
        if (!session.success) return { state: "invalid" };
        const { sub, exp, name, roles, via, literal } = session.data;
        if (!stillAccepted(key, via, literal)) return { state: "invalid" };
        return {
          state: "valid",
          identity: identified({ method: "session", owner: sub, subject: name, roles, via }),
          expiresAt: exp * 1000,
        };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { state: "expired" };
        if (error instanceof errors.JOSEError) return { state: "invalid" };
        throw error;
      }
    },
  };
}

/** Whether the claims of a bearer token are those of a session. */
export const isSessionAudience = (audience: unknown): boolean => [audience].flat().includes(AUDIENCE);
