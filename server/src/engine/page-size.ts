/** Of inputs and outputs of a page together, about. One output may have a megabyte, and mostly has some hundred bytes. */
export const pageBytes = 4 * 2 ** 20;

export const pageRows = { first: 250, least: 10, most: 1_000 } as const;

/**
 * Rows of the next page: twice as many as the last one was to have, as far as they fit into {@link pageBytes} if they are
 * like those it had.
 *
 * @param limit rows that the page was to have
 * @param rows rows that it had, at least one
 * @param bytes of their inputs and outputs
 */
export function nextPageRows(limit: number, rows: number, bytes: number): number {
  const fitting = Math.floor((rows * pageBytes) / Math.max(1, bytes));
  return Math.max(pageRows.least, Math.min(pageRows.most, limit * 2, fitting));
}
