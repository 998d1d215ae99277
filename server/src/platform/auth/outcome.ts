import type { Identity } from "./identity.ts";

/** What checking one credential found. */
export type Outcome =
  | {
      readonly state: "valid";
      readonly identity: Identity;
      /** Milliseconds since the epoch; null for a credential that has no end of its own. */
      readonly expiresAt: number | null;
    }
  | { readonly state: "expired" }
  | { readonly state: "invalid" }
  /** A session cookie on a request that another site may have caused. */
  | { readonly state: "cross_site" }
  /** Nobody can tell now: the identity service's keys could not be fetched. */
  | { readonly state: "unavailable"; readonly retryAfterMs: number; readonly cause: unknown };
