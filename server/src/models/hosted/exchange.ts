import { ProviderError } from "./provider.ts";

/** What came back over HTTP, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface ExchangeLimits {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** Called when the request is about to go out. */
  readonly onSent?: (() => void) | undefined;
}

/** The longest answers of today's models, 128,000 tokens, are about half a megabyte. */
const longestAnswer = 8 * 2 ** 20;

/**
 * Sends one request by way of an SDK, under limits of our own: the SDKs have no deadline, take up to 2 GiB, follow
 * redirects with the key, and may send a second request by themselves (Gemini's `CONTINUATION`).
 *
 * @param send has the SDK write the request with this `fetch`. What it makes of the answer is dropped, and so are its
 *   errors: they hold the whole request, and all they know is in the answer.
 * @throws {ProviderError} `unavailable` where no whole answer came; the signal's reason when that is aborted
 */
export async function exchange(
  { signal, deadlineMs, onSent }: ExchangeLimits,
  send: (fetch: typeof globalThis.fetch) => PromiseLike<unknown>,
): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const cancel = () => stop.abort(signal.reason);
  signal.addEventListener("abort", cancel, { once: true });
  const late = unavailable(`The provider did not answer within ${deadlineMs} ms.`, true);
  const timer = setTimeout(() => stop.abort(late), deadlineMs);
  let asked = false;
  let answer: HttpAnswer | null = null;
  let failure: ProviderError | null = null;

  const fetchOnce: typeof globalThis.fetch = async (target, init) => {
    if (asked) throw new Error("One request was granted, and this is the second.");
    stop.signal.throwIfAborted();
    asked = true;
    onSent?.();
    try {
      answer = await receive(target, { ...init, redirect: "manual", signal: stop.signal });
    } catch (error) {
      failure = error instanceof ProviderError ? error : connectionFailure(error);
      throw failure;
    }
    return responseOf(answer);
  };
  const received = (error?: unknown): HttpAnswer => {
    if (answer) return answer;
    if (stop.signal.aborted) throw stop.signal.reason;
    throw failure ?? error;
  };

  try {
    await send(fetchOnce);
    return received();
  } catch (error) {
    return received(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

async function receive(target: Parameters<typeof fetch>[0], init: RequestInit): Promise<HttpAnswer> {
  const response = await globalThis.fetch(target, init);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving this loop early cancels the body, which closes the connection.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > longestAnswer)
      throw unavailable(`The provider's answer is longer than ${longestAnswer} bytes.`, true);
    chunks.push(chunk);
  }
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.concat(chunks, length).toString("utf8"),
  };
}

function responseOf({ status, headers, body }: HttpAnswer): Response {
  const bodiless = status === 204 || status === 205 || status === 304;
  return new Response(bodiless ? null : body, { status, headers });
}

function connectionFailure(error: unknown): ProviderError {
  const code = codeOf(error);
  if (wasUnconnected(error)) {
    const reason = `No connection to the provider could be made (${code}).`;
    return new ProviderError({ kind: "unavailable", reason, sent: false, unconnected: true });
  }
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code))
    return unavailable(`No secure connection to the provider could be made (${code}).`, false);
  return unavailable(`The connection to the provider broke${code === "" ? "" : ` (${code})`}.`, true);
}

/**
 * Whether there was no connection that anything could have been sent on. The codes alone do not say it: a connection that
 * was made may also end as EHOSTUNREACH. The system's errors name the call that failed, undici's have no such name.
 */
function wasUnconnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // One for each address that was tried.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasUnconnected);
  if ("syscall" in error) return error.syscall === "connect" || error.syscall === "getaddrinfo";
  return ("code" in error && error.code === "UND_ERR_CONNECT_TIMEOUT") || wasUnconnected(error.cause);
}

/** The code of the error that fetch or a stream wraps; a wrapped one is what the system or undici says. */
function codeOf(error: unknown): string {
  let code = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    if ("code" in each && typeof each.code === "string" && each.code !== "") code = each.code;
    if (each instanceof AggregateError && code === "") code = codeOf(each.errors[0]);
  }
  return code;
}

const unavailable = (reason: string, sent: boolean) =>
  new ProviderError({ kind: "unavailable", reason, sent });
