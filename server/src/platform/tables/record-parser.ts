import { CsvError, Parser } from "csv-parse";
import { malformedRow, quoteNeverCloses, rowTooLong, TableError, tooManyCells } from "./errors.ts";

export type Delimiter = "," | ";" | "\t" | "|";

/** How the text is divided. */
export interface Layout {
  readonly delimiter: Delimiter;
  /** No delimiter divides anything: each record is one cell. */
  readonly oneColumn: boolean;
}

export interface TableRecord {
  /** Line that the record begins on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote that never closes would otherwise collect the whole file into one cell. */
const MAX_ROW_BYTES = 1_000_000;

/** The columns of an Excel sheet. Empty cells count for nothing in bytes, yet 200 MB of commas are 200 M of them. */
const MAX_CELLS = 16_384;

/**
 * csv-parse as a function from bytes of UTF-8 to records. They are taken from `on_record`: where its stream
 * hands them out, the parser is lines ahead.
 * Ragged rows stay as they are, blank ones are left out.
 * @throws TableError `malformed_table`, `line_too_long`
 */
export function createRecordParser(layout: Layout, firstLine: number) {
  let records: TableRecord[] = [];
  let nextLine = firstLine;
  // csv-parse counts a CRLF within quotes as two lines.
  let countedTwice = 0;
  const filled = filledIn(layout);

  const parser = new Parser({
    delimiter: layout.delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
    // Beyond this many cells the rest of the row is one cell, so the row's size bounds it.
    ignore_last_delimiters: layout.oneColumn ? 1 : MAX_CELLS + 1,
    on_record(cells: string[]) {
      if (cells.length > MAX_CELLS) throw tooManyCells(nextLine, MAX_CELLS);
      if (cells.some((cell) => filled.test(cell))) records.push({ line: nextLine, cells });
      nextLine = lineAfter(cells);
      expectNoLength(parser);
      return null;
    },
  });
  // Failures reach the caller through the callbacks of `write` and `end`.
  parser.on("error", () => undefined);
  parser.resume();

  function lineAfter(cells: readonly string[]): number {
    const end = firstLine - 1 + parser.info.lines - countedTwice;
    if (end === nextLine) return end + 1;
    const doubled = cells.reduce((sum, cell) => sum + cell.split("\r\n").length - 1, 0);
    countedTwice += doubled;
    return end - doubled + 1;
  }

  function toTableError(error: unknown): unknown {
    if (error instanceof TableError || !(error instanceof CsvError)) return error;
    // Only within quotes does a row reach over the end of a line.
    const withinQuotes = firstLine - 1 + parser.info.lines - countedTwice > nextLine;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") return quoteNeverCloses(nextLine);
    if (error.code !== "CSV_MAX_RECORD_SIZE") return malformedRow(nextLine, error);
    return withinQuotes ? quoteNeverCloses(nextLine) : rowTooLong(nextLine, MAX_ROW_BYTES);
  }

  const finished = (step: (done: (error?: Error | null) => void) => unknown) =>
    new Promise<TableRecord[]>((resolve, reject) => {
      step((error) => {
        if (error) reject(toTableError(error));
        else resolve(taken());
      });
    });

  function taken(): TableRecord[] {
    const complete = records;
    records = [];
    return complete;
  }

  return {
    /** The records that end within these bytes and those before them. */
    feed: (bytes: Buffer) => finished((done) => parser.write(bytes, done)),
    /** The last record, where no line end follows it. */
    end: () => finished((done) => parser.end(done)),
  };
}

/** In one column, the empty cells that a spreadsheet leaves behind are a cell of delimiters. */
const filledIn = (layout: Layout) => (layout.oneColumn ? /[^\s,;|]/ : /\S/);

/**
 * csv-parse compares each record with the length of the first and makes an Error, stack and all, of every
 * other one even where `relax_column_count` then drops it: 12 µs per row, 14 times the parsing. A record
 * that it takes for the first is compared with nothing; the cast is because its types say `readonly`.
 */
function expectNoLength(parser: Parser): void {
  (parser.info as { records: number }).records = 0;
}
