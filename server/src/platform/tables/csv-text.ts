import { type Options, stringify } from "csv-stringify/sync";
import type { Pages, Row } from "./cell.ts";
import { withoutFormula } from "./formula-guard.ts";

const BYTE_ORDER_MARK = "\ufeff";

export interface CsvOptions {
  /**
   * Every value as it is, for programs. Otherwise text, and only text, gets an apostrophe where a spreadsheet would
   * begin a formula: `+49 30 1234` becomes `'+49 30 1234`.
   */
  readonly raw: boolean;
  /** Without the mark Excel takes UTF-8 for the system's old encoding. Programs read it as part of the first name. */
  readonly bom?: boolean;
}

/**
 * CSV (RFC 4180) in UTF-8: the header, then a piece for each page. Booleans are `true` and `false`, dates ISO 8601 in
 * UTC, null is empty. Lines end in LF, not CRLF: every spreadsheet and CSV reader takes both, but to `cut`, `awk` and
 * their like a CR is part of the last column.
 */
export async function* csvText(
  header: readonly string[],
  pages: Pages<Row>,
  { raw, bom = false }: CsvOptions,
): AsyncGenerator<string> {
  const text = (rows: readonly Row[]) => stringify([...rows], raw ? asItIs(header) : spreadsheetSafe(header));
  yield (bom ? BYTE_ORDER_MARK : "") + text([header]);
  for await (const page of pages) yield text(page);
}

/** A lone empty cell is quoted: readers leave out blank lines. */
const asItIs = (header: readonly string[]): Options => ({
  quoted_empty: header.length === 1,
  cast: { boolean: String, date: (date) => date.toISOString() },
});

/** csv-stringify's own `escape_formulas` knows neither blanks before the sign nor what begins within a cell. */
const spreadsheetSafe = (header: readonly string[]): Options => {
  const options = asItIs(header);
  return { ...options, cast: { ...options.cast, string: withoutFormula } };
};
