export type TableErrorCode =
  | "empty_table"
  | "not_text"
  | "not_utf8"
  | "table_too_large"
  | "malformed_table"
  | "invalid_gzip"
  | "line_too_long";

const SAVE_AS = 'save it as "CSV UTF-8" and upload that file';

/** Why an upload cannot be read as a table. The message is meant for the person who uploaded it. */
export class TableError extends Error {
  override readonly name = "TableError";
  readonly code: TableErrorCode;
  /** Line of the text, from 1; null where the fault belongs to the whole file. */
  readonly line: number | null;

  constructor(code: TableErrorCode, message: string, line: number | null = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.line = line;
  }
}

export const emptyTable = () =>
  new TableError(
    "empty_table",
    "The file holds no rows: upload a CSV file with a header and at least one row below it.",
  );

export const foreignFormat = (what: string, remedy = SAVE_AS) =>
  new TableError("not_text", `The file is ${what}, not a CSV file: ${remedy}.`);

export const notText = (line: number) =>
  new TableError(
    "not_text",
    `Line ${line} contains a NUL byte, which no text has: the file is binary, or UTF-16 without its byte order mark; open it in a spreadsheet and ${SAVE_AS}.`,
    line,
  );

export const notUtf8 = (line: number) =>
  new TableError(
    "not_utf8",
    `Line ${line} is not valid UTF-8; files in Windows-1252 or another older encoding look like this. Open the file in a spreadsheet, ${SAVE_AS}.`,
    line,
  );

export const notUtf16 = (line: number) =>
  new TableError(
    "not_utf8",
    `The file begins as UTF-16, but line ${line} is not valid UTF-16. Open the file in a spreadsheet, ${SAVE_AS}.`,
    line,
  );

export const tableTooLarge = (maxBytes: number) =>
  new TableError(
    "table_too_large",
    `The table is larger than ${maxBytes} bytes (uncompressed): split it into several files.`,
  );

export const quoteNeverCloses = (line: number) =>
  new TableError(
    "malformed_table",
    `A quote in the row that begins on line ${line} never closes: close it, or write a quote within quotes twice ("").`,
    line,
  );

export const malformedRow = (line: number, cause: unknown) =>
  new TableError("malformed_table", `The row that begins on line ${line} cannot be read.`, line, cause);

export const rowTooLong = (line: number, maxBytes: number) =>
  new TableError(
    "line_too_long",
    `The row on line ${line} is longer than ${maxBytes} bytes: put each row on a line of its own, and images behind URLs rather than into cells.`,
    line,
  );

export const tooManyCells = (line: number, maxCells: number) =>
  new TableError(
    "line_too_long",
    `The row on line ${line} has more than ${maxCells} cells: put each row on a line of its own.`,
    line,
  );

export const invalidGzip = (cause: unknown) =>
  new TableError(
    "invalid_gzip",
    "The gzip file is damaged or incomplete: compress it again, or upload it uncompressed.",
    null,
    cause,
  );
