/** A row by the names of its columns. What is null or undefined is an empty cell. */
export type CsvRecord = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Rows as CSV (RFC 4180): addresses become one column `url`, records have the columns that any of them has, in the order in
 * which they first appear.
 *
 * @throws {TypeError} for no rows, or rows that are neither
 */
export function csvOf(rows: readonly (string | CsvRecord)[]): string {
  if (rows.length === 0) throw new TypeError("There are no rows to send.");
  const records = rows.map((row): CsvRecord => {
    if (typeof row === "string") return { url: row };
    if (typeof row === "object" && row !== null) return row;
    throw new TypeError("A row is an address, or a record such as { url, shop }.");
  });
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  const columns = [...names];
  const lines = records.map((record) => columns.map((column) => cell(record[column])).join(","));
  return [columns.map(cell).join(","), ...lines, ""].join("\r\n");
}

const cell = (value: CsvRecord[string]): string => {
  const text = value === null || value === undefined ? "" : String(value);
  // Blanks around a cell are part of it only in quotes.
  return /[",\r\n]|^\s|\s$/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
};
