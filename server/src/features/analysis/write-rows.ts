import type { Readable } from "node:stream";
import type { BatchWriter } from "../../engine/create.ts";
import { noUrls } from "./errors.ts";
import { readRows } from "./read-rows.ts";

/** What a file turned out to hold. */
export interface WrittenRows {
  readonly columns: readonly string[] | null;
  readonly urlColumn: number;
  /** Rows whose address stands in a row before: they are kept, and served from the first one's result. */
  readonly duplicates: number;
  /** Rows without an address: they are kept, and fail as `invalid_url`. */
  readonly invalid: number;
}

/**
 * A CSV file → rows of a batch, as it streams in.
 *
 * @throws {AppError} where no column or no row holds an address; {@link TableError} where it is no table
 */
export async function writeRows(
  file: Readable,
  maxBytes: number,
  begin: () => Promise<BatchWriter>,
): Promise<{ readonly rows: WrittenRows; readonly writer: BatchWriter }> {
  const { column, rows } = await readRows(file, { maxBytes });
  const found = { valid: 0, duplicate: 0, invalid: 0 };
  const writer = await begin().catch((error: unknown) => {
    // Or the rest of the upload would be waited for by nobody.
    file.destroy();
    throw error;
  });
  try {
    for await (const read of rows) {
      for (const { as } of read) found[as] += 1;
      await writer.add(read.map(({ input }) => input));
    }
    if (found.valid === 0) throw noUrls();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return {
    writer,
    rows: {
      columns: column.header === null ? null : column.header.map((name) => name.trim()),
      urlColumn: column.index,
      duplicates: found.duplicate,
      invalid: found.invalid,
    },
  };
}
