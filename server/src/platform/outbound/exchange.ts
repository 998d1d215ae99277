import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { type CollectedBytes, collectBytes } from "./collected-bytes.ts";
import { OutboundError } from "./errors.ts";
import { exchangeFailure } from "./network-errors.ts";

/** How much of a body is read, and what becomes of more: an error, or a body that is cut there. */
export interface BodyCap {
  readonly bytes: number;
  readonly beyond: "refuse" | "cut";
}

export interface Answer {
  readonly status: number;
  /** Names in lower case; values of repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent, still in its content coding. */
  readonly bytes: Buffer;
}

/** Hints before the answer proper (103 and the like); who sends more is playing for time. */
const mostInformational = 10;

/**
 * One request and its answer, redirects not followed. Whatever ends it early closes the socket.
 *
 * @param signal ends it at once with its reason, even while the request still waits for a connection
 * @throws {OutboundError}
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  capOf: (status: number) => BodyCap,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let ended: Error | undefined;
    let informational = 0;
    let answer: Omit<Answer, "bytes"> = { status: 0, headers: {} };
    let cap: BodyCap = { bytes: 0, beyond: "cut" };
    let received = 0;
    let body: CollectedBytes = collectBytes(0);

    function fail(error: Error): void {
      ended = error;
      signal.removeEventListener("abort", onAbort);
      reject(error);
      controller?.abort(error);
    }
    function finish(): void {
      signal.removeEventListener("abort", onAbort);
      resolve({ ...answer, bytes: body.take() });
    }
    const onAbort = () => fail(signal.reason);

    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // undici cannot take a request back out of its queue: here is where it learns that nobody waits any more.
        if (ended) started.abort(ended);
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) {
          informational += 1;
          if (informational > mostInformational) fail(new OutboundError("invalid_response"));
          return;
        }
        answer = { status, headers: flatten(headers) };
        cap = capOf(status);
        const declared = Number(answer.headers["content-length"] ?? 0);
        if (request.method !== "HEAD" && declared > cap.bytes && cap.beyond === "refuse")
          fail(tooLarge(cap.bytes));
        else body = collectBytes(Math.min(declared || 0, cap.bytes));
      },
      onResponseData(started, chunk) {
        const room = cap.bytes - received;
        received += chunk.length;
        if (chunk.length <= room) {
          body.add(chunk);
        } else if (cap.beyond === "refuse") {
          fail(tooLarge(cap.bytes));
        } else {
          body.add(chunk.subarray(0, room));
          finish();
          started.abort(tooLarge(cap.bytes));
        }
      },
      onResponseEnd() {
        finish();
      },
      onResponseError(_controller, error) {
        fail(exchangeFailure(error, answer.status !== 0));
      },
    });
  });
}

export const tooLarge = (limit: number) =>
  new OutboundError("too_large", `The answer is larger than ${limit} bytes, the most that is accepted.`);

const flatten = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
