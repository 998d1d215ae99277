import { Duplex } from "node:stream";
import type { ToWorker } from "./messages.ts";

/**
 * The socket that pg believes it has. What it writes in one go is a whole request, because it corks its stream while it
 * writes one.
 */
export class WorkerStream extends Duplex {
  readonly #send: (request: ToWorker) => void;
  readonly #fault: () => Error | undefined;

  /** @param fault why the engine is gone, if it is */
  constructor(send: (request: ToWorker) => void, fault: () => Error | undefined) {
    super();
    this.#send = send;
    this.#fault = fault;
  }

  connect(): this {
    process.nextTick(() => {
      const fault = this.#fault();
      if (fault) this.destroy(fault);
      else this.emit("connect");
    });
    return this;
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    // pg reuses its buffers, and what is sent is handed over.
    this.#send(new Uint8Array(chunk));
    done();
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: () => void): void {
    const request = new Uint8Array(chunks.reduce((length, { chunk }) => length + chunk.length, 0));
    let offset = 0;
    for (const { chunk } of chunks) {
      request.set(chunk, offset);
      offset += chunk.length;
    }
    this.#send(request);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
