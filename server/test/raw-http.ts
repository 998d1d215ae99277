import { once } from "node:events";
import { connect } from "node:net";
import { onTestFinished } from "vitest";

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A TCP connection for what no HTTP client would send, or not at that moment. Gone after the test. */
export async function connectRaw(baseUrl: string) {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let received = Buffer.alloc(0);
  const arrivals = new Set<() => void>();
  socket.on("data", (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (const look of arrivals) look();
  });
  // A reset ends a connection as well as a farewell does; what was received before is what counts.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "connect");

  return {
    socket,
    /** Resolves when the other side has closed. */
    closed,
    send: (text: string | Buffer) => socket.write(text),

    /** The next answer of this connection, which must have a Content-Length. */
    answer: () =>
      new Promise<RawAnswer>((resolve, reject) => {
        const look = () => {
          const parsed = parse(received);
          if (parsed === null) return;
          arrivals.delete(look);
          received = received.subarray(parsed.length);
          resolve(parsed.answer);
        };
        arrivals.add(look);
        look();
        void closed.then(() => reject(new Error(`Closed after: ${received.toString("latin1")}`)));
      }),
  };
}

function parse(received: Buffer): { answer: RawAnswer; length: number } | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const [statusLine = "", ...lines] = received.subarray(0, headEnd).toString("latin1").split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = headEnd + 4 + Number(headers["content-length"] ?? 0);
  if (received.length < length) return null;
  const body = received.subarray(headEnd + 4, length).toString();
  return { answer: { status: Number(statusLine.split(" ")[1]), headers, body }, length };
}
