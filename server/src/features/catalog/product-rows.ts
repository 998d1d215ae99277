import type { Readable } from "node:stream";
import { readTable, type Table } from "../../platform/tables/read-table.ts";
import type { TableRecord } from "../../platform/tables/record-parser.ts";
import { splitImageUrls } from "./image-urls.ts";
import { findProductColumns, type ProductColumns } from "./product-columns.ts";
import {
  invalidSerial,
  nameTooLong,
  noProducts,
  notCsv,
  type RowPlace,
  rowTooLarge,
  toFileRefusal,
  tooManyCells,
  tooManyImages,
} from "./refusals.ts";

/** One row of the file. */
export interface CatalogProduct {
  /** As the file gives it, so two products may share one; the number of the row where it gives none. */
  readonly serial: number;
  readonly name: string;
  /** In their order, and as they stand: not each need be an address, and there may be none. */
  readonly urls: readonly string[];
}

/** Characters of a row's cells together. A chunk of a batch is one value of the database and holds many rows. */
const maxRowLength = 64 * 1024;
const maxNameLength = 1_000;
const maxImages = 100;

const csvTypes = /^(?:text\/(?:x-)?csv|application\/(?:x-)?csv|text\/comma-separated-values)\s*(?:;|$)/i;

/**
 * Browsers on Windows call a CSV file `application/vnd.ms-excel`, and curl calls it `application/octet-stream`: the name
 * decides then.
 *
 * @throws {AppError} `not_csv`
 */
export function expectCsv(file: { readonly name: string; readonly type: string }): void {
  if (!/\.csv(?:\.gz)?$/i.test(file.name.trim()) && !csvTypes.test(file.type.trim())) throw notCsv();
}

/**
 * A CSV file → its products, some hundred at a time, as it streams in. Nothing is kept but the rows at hand. However
 * reading ends, the file is destroyed; a caller that never begins to iterate destroys it.
 *
 * @param maxBytes of text, after decompression
 * @throws {AppError} for what the file is, here where the header shows it and otherwise while iterating. What the stream
 *   itself fails with passes unchanged.
 */
export async function readProducts(
  file: Readable,
  { maxBytes }: { readonly maxBytes: number },
): Promise<AsyncIterable<readonly CatalogProduct[]>> {
  try {
    const table = await readTable(file, { maxBytes });
    return productsOf(table, findProductColumns(table.first), maxBytes);
  } catch (error) {
    file.destroy();
    throw toFileRefusal(error, maxBytes);
  }
}

async function* productsOf(
  { records, delimiter }: Table,
  columns: ProductColumns,
  maxBytes: number,
): AsyncGenerator<readonly CatalogProduct[]> {
  let row = 0;
  const toProduct = ({ cells, line }: TableRecord): CatalogProduct => {
    row += 1;
    return productOf(withJoinedUrls(cells, columns, delimiter, { row, line }), columns, { row, line });
  };
  try {
    for await (const page of records) yield page.map(toProduct);
  } catch (error) {
    throw toFileRefusal(error, maxBytes);
  }
  if (row === 0) throw noProducts();
}

function productOf(cells: readonly string[], columns: ProductColumns, place: RowPlace): CatalogProduct {
  const size = cells.reduce((sum, cell) => sum + cell.length, 0);
  if (size > maxRowLength) throw rowTooLarge(place, maxRowLength);
  const name = cells[columns.name]?.trim() ?? "";
  if (name.length > maxNameLength) throw nameTooLong(place, maxNameLength);
  const urls = splitImageUrls(cells[columns.urls] ?? "");
  if (urls.length > maxImages) throw tooManyImages(place, urls.length, maxImages);
  return { serial: serialOf(columns.serial === null ? "" : cells[columns.serial], place), name, urls };
}

function serialOf(cell: string | undefined, place: RowPlace): number {
  const text = cell?.trim() ?? "";
  if (text === "") return place.row;
  const serial = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(serial)) throw invalidSerial(place, text);
  // Not -0, which JSON writes as 0 and nothing else takes for it.
  return serial + 0;
}

/**
 * A row with more cells than the header has a separator that was not quoted. In a last column of addresses it is one
 * between them or within one; anywhere else nobody can tell which cells belong together.
 */
function withJoinedUrls(
  cells: readonly string[],
  { count, urls }: ProductColumns,
  delimiter: string,
  place: RowPlace,
): readonly string[] {
  const filled = cells.findLastIndex((cell) => cell.trim() !== "") + 1;
  if (filled <= count) return cells;
  if (urls !== count - 1 || !/^\s*https?:\/\//i.test(cells[urls] ?? ""))
    throw tooManyCells(place, filled, count);
  return [...cells.slice(0, urls), cells.slice(urls, filled).join(delimiter)];
}
