import type { Exchange } from "./exchange.ts";
import { builtin, newId } from "./runtime.ts";
import { streamOf } from "./stream-of.ts";

/** A file that the service sends. It is read once, by one of the methods, and kept nowhere on its way. */
export class Download {
  /** As the service tells it; `application/octet-stream` where it does not. */
  readonly media_type: string;
  /** The name that the service proposes. */
  readonly filename: string | null;
  /** Bytes; null where they are made as they are sent. */
  readonly size: number | null;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    const { headers } = exchange.response;
    this.#exchange = exchange;
    this.media_type = headers.get("content-type")?.split(";")[0]?.trim() ?? "application/octet-stream";
    this.filename = fileNameOf(headers.get("content-disposition"));
    this.size = exchange.told;
  }

  /** The pieces as they come. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#exchange.pieces();
  }

  stream(): ReadableStream<Uint8Array> {
    return streamOf(this);
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#exchange.bytes();
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.media_type });
  }

  text(): Promise<string> {
    return this.#exchange.text();
  }

  /** Not wanted after all: ends the request. */
  cancel(): Promise<void> {
    return this.#exchange.discard();
  }

  /**
   * Writes it to a file, in Node.js. The file is there whole or not at all: until its end it has another name, beside
   * the one it gets.
   *
   * @returns bytes written
   */
  async save(path: string): Promise<number> {
    const { open, rename, rm } = builtin("node:fs/promises");
    const unfinished = `${path}.${newId()}.part`;
    let written = 0;
    try {
      const file = await open(unfinished, "wx");
      try {
        for await (const piece of this) {
          await file.writeFile(piece);
          written += piece.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (error) {
      await this.cancel();
      await rm(unfinished, { force: true });
      throw error;
    }
    return written;
  }
}

/** RFC 6266: the name in UTF-8 goes before the other. Never more than a name: what looks like a folder is cut off. */
function fileNameOf(header: string | null): string | null {
  if (header === null) return null;
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  const plain = /filename="((?:[^"\\]|\\.)*)"/i.exec(header)?.[1] ?? /filename=([^;"]+)/i.exec(header)?.[1];
  const name = (extended && decoded(extended)) ?? plain?.replaceAll(/\\(.)/g, "$1") ?? "";
  const last = name.trim().split(/[/\\]/).at(-1);
  return last && !/^\.+$|\p{Cc}/u.test(last) ? last : null;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
