import { Agent, fetch as undiciFetch } from "undici";
import { connectionFailure } from "./connection-failure.ts";
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
  /** What a whole answer may weigh; unless it holds pictures the default is plenty. */
  readonly mostBytes?: number;
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
  { signal, deadlineMs, onSent, mostBytes = longestAnswer }: ExchangeLimits,
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
      answer = await receive(target, { ...init, redirect: "manual", signal: stop.signal }, mostBytes);
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

/** One for all exchanges, so that connections are used again; made with the first. */
let known: typeof globalThis.fetch | undefined;

/**
 * Node's own `fetch` gives up on the head of an answer after five minutes, and a model may take longer: here the deadline
 * of the exchange is the only one. It takes undici's `Agent` from undici's `fetch` only.
 */
function patientFetch(): typeof globalThis.fetch {
  if (known) return known;
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  // The two have one interface, and declare it each for itself.
  const send = undiciFetch as unknown as (
    target: Parameters<typeof fetch>[0],
    init: Omit<RequestInit, "dispatcher"> & { dispatcher: Agent },
  ) => ReturnType<typeof fetch>;
  known = (target, init) => send(target, { ...init, dispatcher });
  return known;
}

async function receive(
  target: Parameters<typeof fetch>[0],
  init: RequestInit,
  mostBytes: number,
): Promise<HttpAnswer> {
  const response = await patientFetch()(target, init);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving this loop early cancels the body, which closes the connection.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > mostBytes)
      throw unavailable(`The provider's answer is longer than ${mostBytes} bytes.`, true);
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

const unavailable = (reason: string, sent: boolean) =>
  new ProviderError({ kind: "unavailable", reason, sent });
