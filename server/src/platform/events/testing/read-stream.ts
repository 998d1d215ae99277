import { onTestFinished } from "vitest";

export interface Frame {
  readonly event: string;
  readonly id: string | undefined;
  /** Parsed. */
  readonly data: { readonly topic?: string; readonly data?: unknown };
}

/** Connects as a browser would by `fetch`, and takes the frames one by one. */
export async function openStream(address: string, headers: Readonly<Record<string, string>> = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(address, { headers, signal: leaving.signal });
  const parts = partsOf(response);
  return {
    response,
    leave: () => leaving.abort(),
    /** The next event; undefined at the end of the stream. */
    async next(): Promise<Frame | undefined> {
      for (;;) {
        const { value: part } = await parts.next();
        if (part === undefined) return undefined;
        if (/^data: /m.test(part)) return frameOf(part);
      }
    },
    /** The next part, whatever it is: an event, a comment, or how long to wait. */
    part: async () => (await parts.next()).value,
  };
}

async function* partsOf(response: Response): AsyncGenerator<string, undefined> {
  let text = "";
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    yield* parts;
  }
  return undefined;
}

function frameOf(part: string): Frame {
  const field = (name: string) => part.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
  return { event: field("event") ?? "message", id: field("id"), data: JSON.parse(field("data") ?? "null") };
}
