import { createSecretKey } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { type SecretKeys, withAnyKey } from "../secret-keys.ts";
import { ADMIN_ROLE, identified, isReservedOwner, rolesOf } from "./identity.ts";
import type { Outcome } from "./outcome.ts";
import { isSessionAudience } from "./session.ts";

/** Seconds by which two machines' clocks may differ. */
export const CLOCK_TOLERANCE_SECONDS = 60;
/** A subject is stored with every row its owner creates. */
const MAX_SUBJECT_LENGTH = 256;

/** A subject that this service would refuse in a token. */
const isUsableSubject = (subject: string): boolean =>
  subject.trim() !== "" && subject.length <= MAX_SUBJECT_LENGTH && !isReservedOwner(subject);

/** Makes an HS256 token. Throws a `RangeError` for a subject or lifetime that `verify` would not take. */
export async function signLocalToken(options: {
  secret: Uint8Array;
  subject: string;
  admin: boolean;
  lifetimeSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}): Promise<string> {
  if (!isUsableSubject(options.subject)) {
    throw new RangeError(
      `The subject must be 1 to ${MAX_SUBJECT_LENGTH} characters and not the name of another kind of credential.`,
    );
  }
  if (!(options.lifetimeSeconds > 0 && Number.isFinite(options.lifetimeSeconds))) {
    throw new RangeError("The lifetime must be a positive number.");
  }
  const issuedAt = Math.floor(options.now / 1000);
  return new SignJWT(options.admin ? { roles: [ADMIN_ROLE] } : {})
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(options.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.ceil(options.lifetimeSeconds))
    .sign(createSecretKey(options.secret));
}

/** Checks HS256 tokens of the icon API: whoever shares the signing bytes may issue them, `sub` is the owner. */
export function createLocalTokens(options: { secrets: SecretKeys; clock: () => number }) {
  return {
    async verify(token: string): Promise<Outcome> {
      try {
        const { payload } = await withAnyKey(options.secrets, (key) =>
          jwtVerify(token, key, {
            algorithms: ["HS256"],
            requiredClaims: ["exp", "sub"],
            clockTolerance: CLOCK_TOLERANCE_SECONDS,
            currentDate: new Date(options.clock()),
          }),
        );
        const { sub, exp } = payload;
        if (isSessionAudience(payload.aud)) return { state: "invalid" };
        if (typeof sub !== "string" || exp === undefined || !isUsableSubject(sub))
          return { state: "invalid" };
        return {
          state: "valid",
          identity: identified({
            method: "hs256",
            owner: sub,
            subject: sub,
            roles: rolesOf(payload["roles"]),
          }),
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
