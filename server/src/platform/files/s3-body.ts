import { Readable } from "node:stream";
import { storageUnavailable } from "./errors.ts";

/**
 * The body of an answer, whose failures are translated, and which never ends before all of it was there: a download
 * would be cut off and look whole.
 */
export class S3Body extends Readable {
  readonly #source: Readable;
  #left: number;

  /**
   * @param source destroyed together with this
   * @param length bytes that were announced; what was announced as NaN is never whole
   * @param failureOf says in our words what the source failed with
   */
  constructor(source: Readable, length: number, failureOf: (error: Error) => Error) {
    super();
    this.#source = source;
    this.#left = length;
    // It may fail before anybody listens; who reads it then is told, and without this the process would end.
    this.on("error", () => {});
    source.pause();
    source.on("data", (piece: Buffer) => {
      this.#left -= piece.length;
      if (!this.push(piece)) source.pause();
    });
    source.on("end", () => {
      if (this.#left === 0) this.push(null);
      else this.destroy(storageUnavailable("S3 sent another number of bytes than it announced."));
    });
    // Also for the error that destroying it makes, which is nobody's any more.
    source.on("error", (error) => this.destroy(failureOf(error)));
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.destroy();
    done(error);
  }
}
