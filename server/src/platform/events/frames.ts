import type { LiveEvent } from "./live-event.ts";

/** Server-Sent Events on the wire (WHATWG HTML, 9.2). JSON has no line breaks of its own, so one `data` line is enough. */
const encode = (fields: { id?: string; event: string; data: unknown }): Uint8Array =>
  Buffer.from(
    `${fields.id === undefined ? "" : `id: ${fields.id}\n`}event: ${fields.event}\ndata: ${JSON.stringify(fields.data)}\n\n`,
  );

/** Frames of events, each made once for all streams that send it. */
export function createFrames() {
  const made = new WeakMap<LiveEvent, Uint8Array>();
  return (event: LiveEvent): Uint8Array => {
    const known = made.get(event);
    if (known) return known;
    const { id, name, topic, at, data } = event;
    const frame = encode({ id, event: name, data: { topic, at, data } });
    made.set(event, frame);
    return frame;
  };
}

/** How things are now. */
export const snapshotFrame = (topic: string, at: Date, data: unknown): Uint8Array =>
  encode({ event: "snapshot", data: { topic, at: at.toISOString(), data } });

/** How long a browser waits before it connects again. */
export const retryFrame = (milliseconds: number): Uint8Array => Buffer.from(`retry: ${milliseconds}\n\n`);

/** A comment: keeps proxies from closing what is quiet, and tells the service who is gone. */
export const heartbeatFrame: Uint8Array = Buffer.from(": still here\n\n");

export const expiredFrame: Uint8Array = encode({
  event: "expired",
  data: { message: "The time of the credential is over: connect again with a new one." },
});

export const behindFrame: Uint8Array = encode({
  event: "behind",
  data: { message: "More happened than was read: connect again, and begin with how things are." },
});
