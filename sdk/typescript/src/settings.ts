import { environmentVariable } from "./runtime.ts";

/**
 * Gives a bearer token, from wherever it is kept: `({ refresh }) => msal.acquireTokenSilent({ …, forceRefresh: refresh })`.
 * Asked for every request, so it should keep what it has; `refresh` is true where the service has just refused that.
 */
export type TokenProvider = (ask: { readonly refresh: boolean }) => string | Promise<string>;

export interface FoveaOptions {
  /** Where the service is, with its base path. Default: `FOVEA_URL`, in a browser the page's origin, else `http://127.0.0.1:8000`. */
  readonly baseUrl?: string | undefined;
  /** Sent as `Authorization: Bearer`. Default: `FOVEA_TOKEN`. */
  readonly token?: string | TokenProvider | undefined;
  /** Sent as `X-API-Key`. Default: `FOVEA_API_KEY`. */
  readonly apiKey?: string | undefined;
  /** Sent as `X-Admin-Token`. Default: `FOVEA_ADMIN_TOKEN`. */
  readonly adminToken?: string | undefined;
  /** Milliseconds that an attempt may wait for its answer, and then for each piece of it. Default: 60,000; uploads have ten minutes for their answer. Node's own `fetch` waits five minutes at most. */
  readonly timeout?: number | undefined;
  /** How often a request is repeated that failed for a reason that may pass. Default: 2. */
  readonly maxRetries?: number | undefined;
  /** Sent along with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** What a single call may have otherwise. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Names what is to happen once, however often it is asked for. Default, where something is made or paid for: a new UUID for the call. */
  readonly idempotencyKey?: string | undefined;
}

export interface Settings {
  /** As URLs write it, without a slash at its end. */
  readonly baseUrl: string;
  readonly token: string | TokenProvider | undefined;
  readonly apiKey: string | undefined;
  readonly adminToken: string | undefined;
  readonly timeout: number | undefined;
  readonly maxRetries: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** @throws {TypeError} for an address that is none, or that holds a password */
export function readSettings(options: FoveaOptions): Settings {
  const { timeout, maxRetries = 2 } = options;
  if (timeout !== undefined && !(timeout > 0)) throw new TypeError("timeout: milliseconds, more than 0");
  if (!Number.isInteger(maxRetries) || maxRetries < 0)
    throw new TypeError("maxRetries: a whole number from 0");
  return {
    baseUrl: readBaseUrl(options.baseUrl ?? environmentVariable("FOVEA_URL") ?? defaultBaseUrl()),
    token: options.token ?? environmentVariable("FOVEA_TOKEN"),
    apiKey: options.apiKey ?? environmentVariable("FOVEA_API_KEY"),
    adminToken: options.adminToken ?? environmentVariable("FOVEA_ADMIN_TOKEN"),
    timeout,
    maxRetries,
    headers: options.headers ?? {},
    // A browser's fetch works only as a function of its window.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    // What is before an @ may be a password.
    const shown = text.replace(/^.*@/s, "…@");
    throw new TypeError(`baseUrl: expected an address such as http://127.0.0.1:8000, not "${shown}"`);
  }
  if (url.username || url.password) {
    throw new TypeError("baseUrl: a credential belongs in token or apiKey, not in the address");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function defaultBaseUrl(): string {
  // In a browser, and in its workers, the service is taken to be where the page is from.
  const { location } = globalThis as { location?: { origin?: string } };
  const origin = location?.origin;
  return origin?.startsWith("http") ? origin : "http://127.0.0.1:8000";
}
