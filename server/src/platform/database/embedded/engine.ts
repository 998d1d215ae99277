import type { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import { EngineFault } from "../errors.ts";
import type { FromWorker, ToWorker, WorkerOrder } from "./messages.ts";
import { WorkerStream } from "./worker-stream.ts";

/** The embedded engine in its thread. */
export interface Engine {
  /** A connection for pg. There is one session: a second stream takes the place of the first. */
  connect(): Duplex;
  /** Why the engine is gone, if it is. */
  fault(): Error | undefined;
  /** Shuts the engine down in order. It may be called after a fault. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly folder: string;
  /** Called once if the engine ends by itself: a trap, no memory, a full disk. What was acknowledged is on the disk. */
  readonly onFault: (error: Error) => void;
  readonly checkpointBytes?: number;
}

/**
 * Opens PostgreSQL's data folder in a worker thread, which keeps statements off the event loop.
 *
 * @throws {Error} with PostgreSQL's own words when it does not open
 */
export async function startEngine({
  folder,
  onFault,
  checkpointBytes = 64 * 2 ** 20,
}: EngineOptions): Promise<Engine> {
  const workerData: WorkerOrder = { folder, checkpointBytes };
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData, name: "database" });
  let stream: WorkerStream | undefined;
  let fault: Error | undefined;
  let state: "opening" | "open" | "closing" = "opening";
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();

  const end = (reason: string) => {
    if (fault) return;
    fault = new EngineFault(`The embedded database ended: ${reason}`);
    stream?.destroy(fault);
    if (state === "opening") opened.reject(fault);
    if (state === "open") onFault(fault);
  };
  worker.on("message", (message: FromWorker) => {
    if (message instanceof Uint8Array) stream?.push(Buffer.from(message.buffer));
    else if (message === "ready") opened.resolve();
    else if (message !== "closed") end(message.failure);
  });
  worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => {
    if (state !== "closing") end(`its thread stopped with ${code}`);
    ended.resolve();
  });

  await opened.promise;
  state = "open";
  const send = (message: ToWorker) => {
    if (!fault) worker.postMessage(message, message === "close" ? [] : [message.buffer]);
  };
  return {
    connect() {
      stream = new WorkerStream(send, () => fault);
      return stream;
    },
    fault: () => fault,
    async close() {
      state = "closing";
      send("close");
      await ended.promise;
    },
  };
}
