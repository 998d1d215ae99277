import { posix } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import { createDistinctNames } from "./distinct-names.ts";

export interface ZipEntry {
  /** Path within the archive, already safe to extract; one that is taken gets ` (2)`. */
  readonly name: string;
  /** Called when it is the entry's turn. */
  readonly content: () => AsyncIterable<string | Buffer> | Iterable<string | Buffer>;
  /** Pictures are compressed already. */
  readonly compress: boolean;
}

/**
 * A ZIP archive, made while it is read: nothing begins before the first read, the next entry is asked for when the
 * one before has ended, and a slow reader holds everything up. ZIP64 where an entry or the archive needs it.
 * A reader that leaves ends the content that is under way, through its iterator's `return()`; others are never opened.
 * What a content or the entries throw destroys the archive. It is closed when all behind it has come to rest.
 * @param now the time of modification of every entry
 */
export function zipBytes(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>, now: Date): Readable {
  const zip = new ZipFile();
  const distinct = createDistinctNames(beforeExtension);
  let gone = false;
  let open: Readable | null = null;
  let writing: Promise<void> | null = null;

  const output = new Readable({
    read() {
      writing ??= write();
      zip.outputStream.resume();
    },
    destroy(error, closed) {
      gone = true;
      open?.destroy();
      // yazl has no way to be stopped, and a chain of pipes that is cut stays behind with its zlib stream: the entry
      // is ended early instead, and what is still on its way runs out.
      zip.outputStream.resume();
      Promise.resolve(writing).then(
        () => closed(error),
        () => closed(error),
      );
    },
  });
  zip.outputStream.on("data", (bytes: Buffer) => {
    if (!gone && !output.push(bytes)) zip.outputStream.pause();
  });
  zip.outputStream.on("end", () => {
    if (!gone) output.push(null);
  });
  zip.outputStream.pause();

  async function write(): Promise<void> {
    try {
      for await (const entry of entries) {
        if (!gone) await writeEntry(entry);
        if (gone) break;
      }
    } catch (error) {
      fail(error);
    }
    zip.end();
    await finished(zip.outputStream);
  }

  const writeEntry = ({ name, content, compress }: ZipEntry) =>
    new Promise<void>((resolve) => {
      zip.addReadStreamLazy(distinct(name), { compress, mtime: now }, (begin) => {
        const source = Readable.from(chunksOf(content));
        source.once("end", resolve);
        begin(null, source);
      });
    });

  /** Ends in every case, failure too, so that what follows it in yazl ends as well. */
  async function* chunksOf(content: ZipEntry["content"]): AsyncGenerator<string | Buffer> {
    try {
      const chunks = content();
      open = chunks instanceof Readable ? chunks : null;
      for await (const chunk of chunks) {
        yield chunk;
        if (gone) return;
      }
    } catch (error) {
      fail(error);
    } finally {
      open = null;
    }
  }

  function fail(error: unknown): void {
    output.destroy(
      error instanceof Error ? error : new Error("An entry of the archive failed.", { cause: error }),
    );
  }

  return output;
}

function beforeExtension(path: string, suffix: string): string {
  const extension = posix.extname(path);
  return path.slice(0, path.length - extension.length) + suffix + extension;
}
