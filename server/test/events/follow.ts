import { type Frame, openStream } from "../../src/platform/events/testing/read-stream.ts";

type Headers = Readonly<Record<string, string>>;

export type Followed = Awaited<ReturnType<typeof follow>>;

export const addressOf = (baseUrl: string, ...topics: readonly string[]) =>
  `${baseUrl}/api/v1/events?${topics.map((topic) => `topic=${encodeURIComponent(topic)}`).join("&")}`;

/** Follows topics of a service, which has to let it. */
export async function follow(
  baseUrl: string,
  { topics, headers = {}, ticket }: { topics: readonly string[]; headers?: Headers; ticket?: string },
) {
  const address = addressOf(baseUrl, ...topics);
  const stream = await openStream(ticket === undefined ? address : `${address}&ticket=${ticket}`, headers);
  if (stream.response.status !== 200) throw new Error(await stream.response.text());
  const next = async (): Promise<Frame> => {
    const frame = await stream.next();
    if (frame === undefined) throw new Error("the stream ended");
    return frame;
  };
  return {
    next,
    leave: stream.leave,
    /** All that comes until an event of that name, with it. */
    async until(event: string): Promise<readonly Frame[]> {
      const frames: Frame[] = [];
      do frames.push(await next());
      while (frames.at(-1)?.event !== event);
      return frames;
    },
  };
}

/** What opening a stream is refused with. */
export async function refusal(address: string, headers: Headers = {}) {
  const response = await fetch(address, { headers });
  const body = await response.text();
  return { status: response.status, code: response.headers.get("x-error-code"), body };
}
