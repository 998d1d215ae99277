import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { storageUnavailable } from "./errors.ts";

const pieceBytes = 256 * 1024;

/**
 * A piece of an open file, which it closes. Node's own stream ends quietly where a file has become shorter, and a
 * download would then end as if it were whole.
 */
export class FileStream extends Readable {
  readonly #file: FileHandle;
  readonly #signal: AbortSignal | undefined;
  #position: number;
  #left: number;

  /** @param length bytes, which must be there */
  constructor(file: FileHandle, start: number, length: number, signal: AbortSignal | undefined) {
    super({ highWaterMark: pieceBytes });
    this.#file = file;
    this.#signal = signal;
    this.#position = start;
    this.#left = length;
    // It may fail before anybody listens; who reads it then is told, and without this the process would end.
    this.on("error", () => {});
    // Node's own option for a signal wraps the reason in an error of its own.
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  readonly #abort = () => void this.destroy(this.#signal?.reason);

  override _read(): void {
    this.#next().then(
      (piece) => {
        if (!this.destroyed) this.push(piece);
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    // `close` waits for a read that is under way.
    this.#file.close().then(
      () => done(error),
      (failed: Error) => done(error ?? failed),
    );
  }

  async #next(): Promise<Buffer | null> {
    if (this.#left === 0) return null;
    const piece = Buffer.allocUnsafe(Math.min(this.#left, pieceBytes));
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, this.#position);
    if (bytesRead === 0) throw storageUnavailable("A file has become shorter while it was read.");
    this.#position += bytesRead;
    this.#left -= bytesRead;
    return piece.subarray(0, bytesRead);
  }
}
