import type { Readable } from "node:stream";
import { findUrlColumn, isUrl, type UrlColumn } from "../../platform/tables/header.ts";
import { readTable, type Table, type TableOptions } from "../../platform/tables/read-table.ts";
import type { RowInput } from "./batch-options.ts";
import { noUrlColumn, rowTooLarge } from "./errors.ts";
import { createSeenAddresses } from "./seen-addresses.ts";

/** A row of a file, as a batch takes it. */
export interface ReadRow {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly input: RowInput;
  /** `invalid`: without an address. `duplicate`: with one that stands in a row before. */
  readonly as: "valid" | "duplicate" | "invalid";
}

interface ReadRows extends Pick<Table, "encoding" | "delimiter" | "first"> {
  readonly column: UrlColumn;
  /** Some hundred at a time. Can be read once; a caller that never begins destroys the file. */
  readonly rows: AsyncIterable<readonly ReadRow[]>;
}

/** Of all cells of a row together. A chunk is one value of the database and holds some thousand rows. */
const maxRowBytes = 64 * 1024;

/**
 * A CSV file → rows, as it streams in.
 *
 * @throws {AppError} where no column holds an address; {@link TableError} where it is no table. Both also while iterating.
 */
export async function readRows(file: Readable, options: TableOptions): Promise<ReadRows> {
  const { encoding, delimiter, first, records } = await readTable(file, options);
  const column = findUrlColumn(first);
  if (!column) {
    file.destroy();
    throw noUrlColumn(first);
  }
  const seen = createSeenAddresses();

  const toRow = (cells: readonly string[], line: number): ReadRow => {
    let size = 0;
    for (const cell of cells) size += cell.length;
    if (size > maxRowBytes) throw rowTooLarge(line, maxRowBytes);
    const url = cells[column.index]?.trim() ?? "";
    const input = first.length > 1 || cells.length > 1 ? { url, cells: [...cells] } : { url };
    return { line, input, as: !isUrl(url) ? "invalid" : seen.add(url) ? "valid" : "duplicate" };
  };

  const rows = async function* (): AsyncGenerator<readonly ReadRow[]> {
    if (column.header === null) yield [toRow(first, 1)];
    for await (const batch of records) yield batch.map(({ cells, line }) => toRow(cells, line));
  };

  return { encoding, delimiter, first, column, rows: rows() };
}
