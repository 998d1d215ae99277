import { type CryptoKey, createLocalJWKSet, errors, type JWTHeaderParameters } from "jose";

/** From this age keys are fetched again beside the requests that use them. Entra ID rotates every few weeks. */
const REFRESH_AFTER_MS = 6 * 3_600_000;
/** Beyond this age keys are not used: one that was withdrawn must not live as long as an outage. */
const MAX_AGE_MS = 24 * 3_600_000;
/** An unknown key id may be invented by anyone: it causes at most one fetch in this time. */
const UNKNOWN_KEY_INTERVAL_MS = 60_000;
/** With no keys at all nobody gets in, so a failed first fetch is repeated sooner. */
const NO_KEYS_INTERVAL_MS = 5_000;
const FETCH_TIMEOUT_MS = 5_000;

type KeyLookup =
  | { readonly state: "found"; readonly key: CryptoKey }
  | { readonly state: "unknown" }
  | { readonly state: "unavailable"; readonly retryAfterMs: number; readonly cause: unknown };

type Attempt = { readonly at: number } & (
  | { readonly ok: true }
  | { readonly ok: false; readonly cause: unknown }
);

/**
 * The public keys of an identity service, by key id.
 *
 * jose's own remote set (6.2) is not used: it counts its pause from the last *successful* fetch, so during an outage
 * every unknown key id is a request to the failing service, and once its cache is old it refuses known keys too.
 */
export function createSigningKeys(options: { url: string; clock: () => number; timeoutMs?: number }) {
  let held: { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly fetchedAt: number } | null = null;
  let lastAttempt: Attempt | null = null;
  let pending: Promise<void> | null = null;

  const ageOfKeys = () => (held === null ? Number.POSITIVE_INFINITY : options.clock() - held.fetchedAt);

  const nextAttemptAt = () =>
    lastAttempt === null
      ? 0
      : lastAttempt.at + (ageOfKeys() > MAX_AGE_MS ? NO_KEYS_INTERVAL_MS : UNKNOWN_KEY_INTERVAL_MS);

  /** Joins the fetch under way, starts one when it is time, or does nothing. Never rejects. */
  const refresh = (): Promise<void> => {
    if (pending === null && options.clock() >= nextAttemptAt()) {
      const at = options.clock();
      pending = fetchKeys(options.url, options.timeoutMs ?? FETCH_TIMEOUT_MS)
        .then(
          (keys) => {
            held = { keys, fetchedAt: at };
            lastAttempt = { at, ok: true };
          },
          (cause: unknown) => {
            lastAttempt = { at, ok: false, cause };
          },
        )
        .finally(() => {
          pending = null;
        });
    }
    return pending ?? Promise.resolve();
  };

  const findHeld = async (header: JWTHeaderParameters): Promise<CryptoKey | null> => {
    if (held === null || ageOfKeys() > MAX_AGE_MS) return null;
    try {
      return await held.keys(header);
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  };

  return {
    async find(header: JWTHeaderParameters): Promise<KeyLookup> {
      // Not awaited: a known key must not wait for a service that may be down.
      if (ageOfKeys() > REFRESH_AFTER_MS) void refresh();
      const known = await findHeld(header);
      if (known !== null) return { state: "found", key: known };

      await refresh();
      const fetched = await findHeld(header);
      if (fetched !== null) return { state: "found", key: fetched };
      if (lastAttempt === null || lastAttempt.ok) return { state: "unknown" };
      // The key may well exist: saying "not valid" would send people to look for a mistake they did not make.
      return {
        state: "unavailable",
        retryAfterMs: Math.max(0, nextAttemptAt() - options.clock()),
        cause: lastAttempt.cause,
      };
    },
  };
}

async function fetchKeys(url: string, timeoutMs: number) {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The identity service answered ${response.status} for its keys.`);
  }
  const document: unknown = await response.json();
  const keys = keysOf(document);
  // An empty list would throw away keys that still work.
  if (keys.length === 0) throw new Error("The identity service answered no keys.");
  return createLocalJWKSet({ keys });
}

const keysOf = (document: unknown): object[] =>
  typeof document === "object" && document !== null && "keys" in document && Array.isArray(document.keys)
    ? document.keys.filter((key) => typeof key === "object" && key !== null)
    : [];
