import type { HttpAnswer } from "./exchange.ts";
import { freeFailure, type GeminiBatchCall, isMissing } from "./gemini-batch-wire.ts";
import { type HostedProviderSettings, ProviderError } from "./provider.ts";
import { usableKey } from "./usable-key.ts";

const longestError = 64 * 2 ** 10;

/**
 * @returns the bytes as they come, to be read to their end or left early: either closes the connection. Null where
 *   Google has no such file. A body that ends before its announced length rejects: `fetch` counts.
 */
export async function downloadFile(
  { deadlineMs }: HostedProviderSettings,
  url: string,
  call: GeminiBatchCall,
): Promise<AsyncIterable<Buffer> | null> {
  const apiKey = usableKey(call.apiKey, "Gemini");
  const stop = new AbortController();
  const waiting = { signal: call.signal, stop, deadlineMs };
  const response = await wait(waiting, () =>
    fetch(url, {
      // Lengths are counted in the bytes that are sent.
      headers: { "x-goog-api-key": apiKey, "accept-encoding": "identity" },
      redirect: "manual",
      signal: AbortSignal.any([call.signal, stop.signal]),
    }),
  );
  if (response.status === 200) return bytesOf(response, waiting);
  const answer = await errorIn(response, waiting);
  if (isMissing(answer)) return null;
  throw freeFailure(answer, call);
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly stop: AbortController;
  readonly deadlineMs: number;
}

async function* bytesOf({ body }: Response, waiting: Waiting): AsyncGenerator<Buffer> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await wait(waiting, () => reader.read());
      if (done) return;
      yield Buffer.from(value.buffer, value.byteOffset, value.length);
    }
  } finally {
    // Of a stream that has broken this is what broke it, again.
    await reader.cancel().catch(() => {});
  }
}

async function errorIn(response: Response, waiting: Waiting): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(response, waiting)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestError) break;
  }
  const { status, headers } = response;
  return { status, headers, body: Buffer.concat(chunks).toString("utf8") };
}

/** The deadline is for silence: a large file takes long, and who reads it may be slow. */
async function wait<Result>(
  { signal, stop, deadlineMs }: Waiting,
  step: () => Promise<Result>,
): Promise<Result> {
  const late = broken(`Gemini sent nothing for ${deadlineMs} ms.`);
  const timer = setTimeout(() => stop.abort(late), deadlineMs);
  try {
    return await step();
  } catch {
    signal.throwIfAborted();
    throw stop.signal.aborted ? stop.signal.reason : broken("The download from Gemini broke off.");
  } finally {
    clearTimeout(timer);
  }
}

const broken = (reason: string) => new ProviderError({ kind: "unavailable", reason, sent: false });
