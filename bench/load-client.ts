import { connect, type Socket } from "node:net";

/**
 * A load generator that costs little beside what it measures: whole requests are written as one prepared buffer, and
 * of answers only the head is looked at. Runs as a process of its own.
 *
 * Started by `load.ts`, which sends a {@link LoadOrder} and gets a {@link LoadReport} back.
 */
export interface LoadOrder {
  readonly port: number;
  readonly requests: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second over all connections, whatever the answers do; 0 sends the next after each answer. */
  readonly rate: number;
}

export interface LoadReport {
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** Milliseconds of answers with 200, sorted. */
  readonly latencies: readonly number[];
  /** Of answers that were refusals: how many carried Retry-After. */
  readonly retryAfter: number;
  readonly failures: number;
  /** Time on a core that this process took: what it took from the service it measures. */
  readonly cpuSeconds: number;
}

interface Counts {
  statuses: Record<string, number>;
  bytes: number;
  latencies: number[];
  retryAfter: number;
  failures: number;
}

const headEnd = Buffer.from("\r\n\r\n");

/** Sends one request and resolves when its answer is complete. */
function createConnection(port: number, counts: Counts) {
  let socket: Socket | undefined;
  const open = () =>
    new Promise<Socket>((resolve, reject) => {
      const created = connect({ port, host: "127.0.0.1", noDelay: true });
      created.once("connect", () => resolve(created));
      created.once("error", reject);
    });

  return {
    async send(request: Buffer): Promise<void> {
      const startedAt = performance.now();
      try {
        socket ??= await open();
        const { status, length, closes, retryAfter } = await exchange(socket, request);
        counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
        counts.bytes += length;
        if (retryAfter) counts.retryAfter += 1;
        if (status === "200") counts.latencies.push(performance.now() - startedAt);
        if (closes) this.close();
      } catch {
        counts.failures += 1;
        this.close();
      }
    },
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };
}

interface Answer {
  readonly status: string;
  readonly length: number;
  readonly closes: boolean;
  readonly retryAfter: boolean;
}

function exchange(socket: Socket, request: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let answer: Answer | undefined;
    let left = 0;
    const finish = (act: () => void) => {
      socket.off("data", onData).off("error", onGone).off("close", onGone);
      act();
    };
    const onGone = () => finish(() => reject(new Error("connection lost")));
    const onData = (chunk: Buffer) => {
      if (answer) left -= chunk.length;
      else {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(headEnd);
        if (end < 0) return;
        answer = readHead(head.toString("latin1", 0, end));
        left = answer.length - (head.length - end - headEnd.length);
      }
      if (left <= 0) finish(() => resolve(answer as Answer));
    };
    socket.on("data", onData).once("error", onGone).once("close", onGone);
    socket.write(request);
  });
}

function readHead(text: string): Answer {
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`no Content-Length in: ${text}`);
  return {
    status: text.slice(9, 12),
    length: Number(length),
    closes: /\r\nconnection: close/i.test(text),
    retryAfter: /\r\nretry-after:/i.test(text),
  };
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const counts: Counts = { statuses: {}, bytes: 0, latencies: [], retryAfter: 0, failures: 0 };
  const requests = order.requests.map((text) => Buffer.from(text, "base64"));
  const connections = Array.from({ length: order.connections }, () => createConnection(order.port, counts));
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + order.seconds * 1000;
  let sent = 0;
  const next = () => requests[sent++ % requests.length] as Buffer;
  if (order.rate === 0) {
    await Promise.all(
      connections.map(async (connection) => {
        while (performance.now() < endsAt) await connection.send(next());
        connection.close();
      }),
    );
  } else {
    await atRate(order.rate, endsAt, connections, next);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  return { ...counts, seconds, cpuSeconds, latencies: counts.latencies.sort((a, b) => a - b) };
}

/** Open loop: a request is due at its time; one that finds no free connection is a failure, not a delay. */
async function atRate(
  rate: number,
  endsAt: number,
  connections: ReturnType<typeof createConnection>[],
  next: () => Buffer,
): Promise<void> {
  const free = [...connections];
  const underWay = new Set<Promise<void>>();
  let due = performance.now();
  while (performance.now() < endsAt) {
    for (; due <= performance.now(); due += 1000 / rate) {
      const connection = free.pop();
      if (!connection) continue;
      const sending = connection.send(next()).then(() => {
        free.push(connection);
        underWay.delete(sending);
      });
      underWay.add(sending);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  for (const connection of connections) connection.close();
}

if (process.send) {
  process.once("message", (order: LoadOrder) => {
    void run(order).then((report) => {
      process.send?.(report, () => process.exit(0));
    });
  });
}
