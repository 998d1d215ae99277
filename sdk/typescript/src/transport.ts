import type { RequestBody } from "./body.ts";
import { delay } from "./delay.ts";
import { readError } from "./error-answer.ts";
import { ApiConnectionError, FoveaError } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { type Failure, waitBeforeRetry } from "./retry.ts";
import { newId } from "./runtime.ts";
import type { CallOptions, Settings } from "./settings.ts";

/** By name; what is undefined is left out, of a list each is sent. An interface of the generated types has no index signature. */
export type Query = object;

/** A request, before it is known how often it must be sent. */
export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the service's base path, with a slash first; or an address that the service has handed out. */
  readonly path: string;
  readonly query?: Query | undefined;
  readonly accept?: string | undefined;
  readonly body?: RequestBody | undefined;
  /** Whether a POST may arrive twice without harm. */
  readonly repeatable?: boolean | undefined;
  /** Whether something is made or paid for: then the service is told to do it once. */
  readonly once?: boolean | undefined;
  /** Milliseconds that this kind of call may take, unless the caller says otherwise. */
  readonly patienceMs?: number | undefined;
}

const defaultPatienceMs = 60_000;
const mostRedirects = 5;

export type Send = (call: Call, options?: CallOptions) => Promise<Exchange>;

/** Sends calls, again where that may help, and gives the first answer below 400. */
export function createTransport(settings: Settings): Send {
  const send: Send = async (call, options = {}) => {
    const { signal, maxRetries = settings.maxRetries } = options;
    const timeoutMs = options.timeout ?? settings.timeout ?? call.patienceMs ?? defaultPatienceMs;
    if (!(timeoutMs > 0)) throw new TypeError("timeout: milliseconds, more than 0");
    const key = options.idempotencyKey ?? (call.once ? newId() : undefined);
    const repeatable = call.method !== "POST" || call.repeatable === true || key !== undefined;
    const attempts = call.body?.once ? 0 : maxRetries;
    const url = addressOf(settings.baseUrl, call);
    const keyHeader = key === undefined ? {} : { "idempotency-key": key };
    let refresh = false;
    let refreshed = false;

    for (let attempt = 0; ; attempt += 1) {
      // What the token provider throws is the caller's: it is no failed attempt.
      const credentials = await credentialsOf(settings, refresh);
      refresh = false;
      // Behind the `?` of a link that was handed out may be its signature.
      const exchange = new Exchange(`${call.method} ${call.path.split("?", 1)[0]}`, timeoutMs, signal);
      let failure: Failure;
      let error: unknown;
      try {
        const headers = headersOf(credentials, keyHeader, settings.headers, options.headers);
        await exchange.open((attemptSignal) => follow(settings, call, url, headers, attemptSignal));
        const { response } = exchange;
        if (response.status < 400) {
          if (repeatable && attempts > 0)
            exchange.again = () => send(call, { ...options, idempotencyKey: key });
          return exchange;
        }
        error = readError(response, await exchange.text());
        failure = { kind: "answered", response };
      } catch (thrown) {
        if (!(thrown instanceof ApiConnectionError)) throw thrown;
        error = thrown;
        failure = { kind: neverArrived(thrown) ? "unreachable" : "unknown" };
      }
      const askAgain = failure.kind === "answered" && failure.response.status === 401 && !refreshed;
      if (askAgain && typeof settings.token === "function" && !call.body?.once) {
        // The token's time was over: once more with a new one, which is no retry of something that failed.
        refresh = refreshed = true;
        attempt -= 1;
        continue;
      }
      const wait = attempt < attempts ? waitBeforeRetry(failure, attempt, repeatable) : null;
      if (wait === null) throw error;
      await delay(wait, signal);
    }
  };
  return send;
}

/** Later ones before earlier ones, however their names are written: as a record, two spellings would be sent both. */
function headersOf(...all: readonly (Readonly<Record<string, string>> | undefined)[]): Headers {
  const headers = new Headers();
  for (const each of all) for (const [name, value] of Object.entries(each ?? {})) headers.set(name, value);
  return headers;
}

/**
 * One attempt, along redirects of what is read. They are followed here: `fetch` would take our headers along wherever it
 * is sent, but for `Authorization`.
 *
 * @param ownHeaders for the service alone
 */
async function follow(
  settings: Settings,
  call: Call,
  first: URL,
  ownHeaders: Headers,
  signal: AbortSignal,
): Promise<Response> {
  let target = first;
  for (let redirects = 0; ; redirects += 1) {
    const own = belongsTo(settings.baseUrl, target);
    const headers = new Headers(own ? ownHeaders : undefined);
    if (call.accept && !headers.has("accept")) headers.set("accept", call.accept);
    if (call.body) headers.set("content-type", call.body.type);
    const body = call.body?.make(signal);
    const response = await settings.fetch(target, {
      method: call.method,
      headers,
      signal,
      redirect: own ? "manual" : "follow",
      ...(own ? {} : { credentials: "omit" }),
      ...(body === undefined ? {} : { body }),
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    });
    const next = redirectOf(response, target);
    if (!next) return response;
    await response.body?.cancel();
    if (call.method !== "GET" || redirects === mostRedirects)
      throw redirected(call, next.origin + next.pathname);
    target = next;
  }
}

async function credentialsOf(settings: Settings, refresh: boolean): Promise<Record<string, string>> {
  const { token, apiKey, adminToken } = settings;
  const bearer = typeof token === "function" ? await token({ refresh }) : token;
  return {
    ...(bearer ? { authorization: `Bearer ${sendable(bearer)}` } : {}),
    ...(apiKey ? { "x-api-key": sendable(apiKey) } : {}),
    ...(adminToken ? { "x-admin-token": sendable(adminToken) } : {}),
  };
}

/** Checked here: `Headers` would print what it refuses. */
function sendable(credential: unknown): string {
  const text = typeof credential === "string" ? credential.trim() : "\n";
  if (/[^ -~]/.test(text))
    throw new TypeError("A credential is a text without line breaks and other such signs.");
  return text;
}

function addressOf(baseUrl: string, { path, query }: Call): URL {
  const own = path.startsWith("/");
  if (!own && !URL.canParse(path)) throw new TypeError(`"${path}": a path begins with a slash.`);
  // An empty id, or one of dots, would lead to another route.
  if (own && /\/\.{0,2}(?=\/|$)/.test(path.split("?", 1)[0] ?? "")) {
    throw new TypeError(`"${path}": an id in it is empty, or nothing but dots.`);
  }
  const url = new URL(own ? baseUrl + path : path);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) url.searchParams.append(name, String(each));
    }
  }
  return url;
}

/** Credentials go to the service alone: its origin, and below its base path. */
const belongsTo = (baseUrl: string, { href }: URL) => href.startsWith(`${baseUrl}/`);

function redirectOf(response: Response, from: URL): URL | null {
  // Which a browser does not show, and no route of the API answers with.
  if (response.type === "opaqueredirect")
    throw redirected({ method: "GET", path: from.pathname }, "elsewhere");
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || !location) return null;
  const url = new URL(location, from);
  // What fetch follows by itself is held to the same: another scheme could be a file.
  if (!/^https?:$/.test(url.protocol)) throw redirected({ method: "GET", path: from.pathname }, url.protocol);
  return url;
}

const redirected = ({ method, path }: Pick<Call, "method" | "path">, where: string) =>
  new FoveaError(`${method} ${path}: answered with a redirect to ${where}. Is baseUrl right?`);

/** As Node's fetch tells it; a browser does not tell, and then nobody knows. */
function neverArrived(error: ApiConnectionError): boolean {
  for (let each: unknown = error.cause; each instanceof Error; each = each.cause) {
    if ("code" in each && typeof each.code === "string" && codesOfUnreachable.has(each.code)) return true;
  }
  return false;
}

const codesOfUnreachable = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
