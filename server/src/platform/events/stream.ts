import type { ServerResponse } from "node:http";
import { behindFrame, heartbeatFrame } from "./frames.ts";
import { createOutbox } from "./outbox.ts";

/** So many frames may wait for one reader, besides what its connection holds. */
const mostWaiting = 200;

/** One connection that is told what happens. */
export interface Stream {
  /** Writes the first frames, and then what was pushed since. */
  begin(first: readonly Uint8Array[]): void;
  /** @param replaces an older frame with the same mark that the reader has not got yet */
  push(frame: Uint8Array, replaces?: string): void;
  /** Keeps the connection in use; one that took nothing since the last beat is cut. */
  beat(): void;
  /** Ends it properly, with a last word where there is one. */
  end(last?: Uint8Array): void;
  readonly ended: boolean;
}

/** @param response its headers are sent */
export function createStream(response: ServerResponse): Stream {
  let ended = false;
  /** A beat came by while the connection took nothing. */
  let stuck = false;

  const write = (frame: Uint8Array) => response.write(frame);
  const outbox = createOutbox(mostWaiting, write);
  response.on("drain", () => {
    stuck = false;
    if (!ended) outbox.resume();
  });
  // Whoever is gone is told by `close`.
  response.on("error", () => {});
  response.once("close", () => {
    ended = true;
  });

  const stream: Stream = {
    begin(first) {
      if (ended) return;
      if (write(Buffer.concat(first))) outbox.resume();
    },
    push(frame, replaces) {
      if (!ended && !outbox.push(frame, replaces)) stream.end(behindFrame);
    },
    beat() {
      if (response.writableNeedDrain || ended) {
        if (stuck) response.destroy();
        stuck = true;
        return;
      }
      stream.push(heartbeatFrame);
    },
    end(last) {
      if (ended) return;
      ended = true;
      response.end(last);
    },
    get ended() {
      return ended;
    },
  };
  return stream;
}
