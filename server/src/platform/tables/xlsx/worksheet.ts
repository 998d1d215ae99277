import type { Row } from "../cell.ts";
import { textPieces } from "../text-pieces.ts";
import type { RowSource } from "./row-source.ts";
import { createRowWriter } from "./row-xml.ts";
import { BOLD } from "./styles.ts";

/** Widths are written before the rows, so they are guessed from the first ones. */
const SAMPLE_ROWS = 50;
const MIN_WIDTH = 10;
const MAX_WIDTH = 60;

const FROZEN_HEADER =
  '<sheetViews><sheetView workbookViewId="0">' +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
  '<selection pane="bottomLeft"/></sheetView></sheetViews>';

/**
 * A sheet with the header and as many rows as fit below it; what does not fit stays in the source.
 * @param maxRows with the header
 */
export async function* worksheetXml(
  header: readonly string[],
  rows: RowSource,
  maxRows: number,
): AsyncGenerator<string> {
  const writeRow = createRowWriter();
  const sample = (await rows.peek()).slice(0, SAMPLE_ROWS);
  yield `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${FROZEN_HEADER}` +
    `${columnsXml([header, ...sample])}<sheetData>${writeRow(header, 1, BOLD)}`;
  let number = 1;
  yield* textPieces(rows.take(maxRows - 1), (cells) => {
    number += 1;
    return writeRow(cells, number);
  });
  yield "</sheetData></worksheet>";
}

function columnsXml(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? "").length + 2)),
  );
  const columns = widths.map((width, index) => {
    const bounded = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width));
    return `<col min="${index + 1}" max="${index + 1}" width="${bounded}" customWidth="1"/>`;
  });
  return columns.length === 0 ? "" : `<cols>${columns.join("")}</cols>`;
}
