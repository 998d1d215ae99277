import type { Readable } from "node:stream";
import type { BatchWriter } from "../../engine/create.ts";
import { findUrlColumn, isUrl } from "../../platform/tables/header.ts";
import { readTable } from "../../platform/tables/read-table.ts";
import type { RowInput } from "./batch-options.ts";
import { noUrlColumn, noUrls, rowTooLarge } from "./errors.ts";
import { createSeenAddresses } from "./seen-addresses.ts";

/** What a file turned out to hold. */
export interface WrittenRows {
  readonly columns: readonly string[] | null;
  readonly urlColumn: number;
  /** Rows whose address stands in a row before: they are kept, and served from the first one's result. */
  readonly duplicates: number;
  /** Rows without an address: they are kept, and fail as `invalid_url`. */
  readonly invalid: number;
}

/** Of all cells of a row together. A chunk is one value of the database and holds some thousand rows. */
const maxRowBytes = 64 * 1024;

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
  const table = await readTable(file, { maxBytes });
  const column = findUrlColumn(table.first);
  if (!column) {
    file.destroy();
    throw noUrlColumn(table.first);
  }
  const seen = createSeenAddresses();
  let duplicates = 0;
  let invalid = 0;
  let valid = 0;

  const toInput = (cells: readonly string[], line: number): RowInput => {
    let size = 0;
    for (const cell of cells) size += cell.length;
    if (size > maxRowBytes) throw rowTooLarge(line, maxRowBytes);
    const url = cells[column.index]?.trim() ?? "";
    if (!isUrl(url)) invalid += 1;
    else if (seen.add(url)) valid += 1;
    else duplicates += 1;
    return table.first.length > 1 || cells.length > 1 ? { url, cells: [...cells] } : { url };
  };

  const writer = await begin().catch((error: unknown) => {
    // Or the rest of the upload would be waited for by nobody.
    file.destroy();
    throw error;
  });
  try {
    if (column.header === null) await writer.add([toInput(table.first, 1)]);
    for await (const records of table.records) {
      await writer.add(records.map(({ cells, line }) => toInput(cells, line)));
    }
    if (valid === 0) throw noUrls();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return {
    writer,
    rows: {
      columns: column.header === null ? null : column.header.map((name) => name.trim()),
      urlColumn: column.index,
      duplicates,
      invalid,
    },
  };
}
