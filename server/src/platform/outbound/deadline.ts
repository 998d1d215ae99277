import { OutboundError } from "./errors.ts";

export interface Deadline {
  /** Aborted with an OutboundError: `response_timeout`, or `cancelled` by the caller. */
  readonly signal: AbortSignal;
  /** Rejects with it. */
  readonly passed: Promise<never>;
  clear(): void;
}

/** One clock over the whole of a fetch: its redirects, a server that sends a byte a second, and the decoding. */
export function startDeadline(totalMs: number, caller: AbortSignal): Deadline {
  const stop = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  // It is raced against work that may end first.
  passed.catch(() => {});
  const end = (error: OutboundError) => {
    stop.abort(error);
    reject(error);
  };
  const cancel = () => end(new OutboundError("cancelled"));
  const timer = setTimeout(
    () => end(new OutboundError("response_timeout", `The server did not answer within ${totalMs} ms.`)),
    totalMs,
  );
  caller.addEventListener("abort", cancel, { once: true });
  if (caller.aborted) cancel();
  return {
    signal: stop.signal,
    passed,
    clear() {
      clearTimeout(timer);
      caller.removeEventListener("abort", cancel);
    },
  };
}
