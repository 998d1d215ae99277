import { Fovea, type Provider } from "@fovea/client";

/** What a program asks of the service, by `@fovea/client` or by `fetch` alone. Runs as a process of its own. */
export interface ClientOrder {
  readonly port: number;
  /** Base64 of the picture. */
  readonly picture: string;
  /** What it is fitted to. */
  readonly options: { readonly provider: Provider } | { readonly model: string };
  readonly calls: number;
  /** Of them at once. */
  readonly concurrency: number;
  /** Look at the memory meanwhile, which takes time. */
  readonly watch: boolean;
}

export interface ClientReport {
  readonly seconds: number;
  /** Time on a core that this process took. */
  readonly cpuSeconds: number;
  /** The most that buffers in use held beyond what they did before, in bytes; 0 where nobody looked. */
  readonly heldBytes: number;
}

type Prepare = (picture: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
const token = "test-token";

function byClient({ port, options }: ClientOrder): Prepare {
  const fovea = new Fovea({ baseUrl: `http://127.0.0.1:${port}`, token });
  return async (picture) => (await fovea.prepare.process(picture, options)).bytes;
}

/** What one writes without a client, and without what it does when something fails. */
function byFetch({ port, options }: ClientOrder): Prepare {
  const url = `http://127.0.0.1:${port}/api/v1/process?${new URLSearchParams(options)}`;
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "image/*",
    "content-type": "application/octet-stream",
  };
  return async (picture) => {
    const answer = await fetch(url, { method: "POST", headers, body: picture });
    if (!answer.ok) throw new Error(await answer.text());
    return new Uint8Array(await answer.arrayBuffer());
  };
}

/** @returns what ends it, and tells the most that was held since it began */
function watchBuffers(): () => number {
  // Only what is in use counts: when V8 collects the rest is its own affair, and another one in each round.
  const inUse = () => {
    globalThis.gc?.();
    return process.memoryUsage().external;
  };
  const before = inUse();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, inUse() - before);
  }, 5);
  return () => {
    clearInterval(timer);
    return most;
  };
}

async function run(order: ClientOrder, prepare: Prepare): Promise<ClientReport> {
  const picture = new Uint8Array(Buffer.from(order.picture, "base64"));
  const held = order.watch ? watchBuffers() : () => 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let left = order.calls;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const prepared = await prepare(picture);
      if (prepared.length === 0) throw new Error("nothing came back");
    }
  };
  await Promise.all(Array.from({ length: order.concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6, heldBytes: held() };
}

const way = process.argv[2] === "client" ? byClient : byFetch;
process.on("message", (order: ClientOrder) => {
  void run(order, way(order)).then((report) => process.send?.(report));
});
