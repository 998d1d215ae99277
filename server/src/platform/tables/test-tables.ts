import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { readTable, type Table } from "./read-table.ts";

interface ReadWhole extends Omit<Table, "records"> {
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

/** Everything of a table, `first` included in `rows` but not in `lines`. */
export async function readWhole(
  content: string | Buffer | Readable,
  maxBytes = 10_000_000,
): Promise<ReadWhole> {
  const source = content instanceof Readable ? content : Readable.from([Buffer.from(content)]);
  const { records, ...table } = await readTable(source, { maxBytes });
  const rows = [table.first];
  const lines: number[] = [];
  for await (const batch of records) {
    for (const { cells, line } of batch) {
      rows.push(cells);
      lines.push(line);
    }
  }
  return { ...table, rows, lines };
}

export type Form = "utf-8" | "utf-8 with a mark" | "utf-16le" | "utf-16be";

export function encode(text: string, form: Form): Buffer {
  if (form === "utf-8") return Buffer.from(text);
  if (form === "utf-8 with a mark") return Buffer.from(`\ufeff${text}`);
  const little = Buffer.from(`\ufeff${text}`, "utf16le");
  return form === "utf-16le" ? little : little.swap16();
}

/** Two members in a row, as `cat a.gz b.gz` makes. */
export const gzipTwice = (bytes: Buffer) =>
  Buffer.concat([gzipSync(bytes.subarray(0, bytes.length / 2)), gzipSync(bytes.subarray(bytes.length / 2))]);

/** Lines of text that fill the head of a table, which is read as one piece; what follows stays cut as it came. */
export const FILLER_LINES = 9000;
export const filler = (lineEnd = "\n") => `x${lineEnd}`.repeat(FILLER_LINES);

/** The bytes in pieces of these sizes, again and again, behind a first piece of `whole` bytes. */
export function inPieces(bytes: Buffer, sizes: readonly number[], whole = 0): Readable {
  return Readable.from(
    (function* () {
      if (whole > 0) yield bytes.subarray(0, whole);
      for (let start = whole, turn = 0; start < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? bytes.length;
        yield bytes.subarray(start, start + size);
        start += size;
      }
    })(),
  );
}
