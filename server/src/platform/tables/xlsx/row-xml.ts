import type { Cell, Row } from "../cell.ts";
import { beginsFormula } from "../formula-guard.ts";
import { type BOLD, QUOTE_PREFIX } from "./styles.ts";
import { cutToCell, xmlText } from "./xml-text.ts";

/** XML readers may drop these blanks where nothing says that they matter. */
const HAS_OUTER_BLANKS = /^\s|\s$|[\t\n\r]/;

/** A, B … Z, AA … for the column of this index, from 0. */
export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}

/**
 * Writes rows of `<sheetData>`. Text is never a formula: it is typed as text, and what looks like a formula has the
 * style by which Excel itself remembers a typed apostrophe, so it stays text when somebody edits the cell.
 */
export function createRowWriter() {
  const columns: string[] = [];
  const columnOf = (index: number) => {
    columns[index] ??= columnName(index);
    return columns[index];
  };

  /** @param number of the row, from 1 */
  return (cells: Row, number: number, style: typeof BOLD | 0 = 0): string => {
    let row = `<row r="${number}">`;
    for (const [index, cell] of cells.entries()) row += cellXml(cell, columnOf(index) + number, style);
    return `${row}</row>`;
  };
}

function cellXml(cell: Cell, reference: string, style: number): string {
  if (cell === null || cell === "") return "";
  if (typeof cell === "boolean") return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === "number" && Number.isFinite(cell)) return `<c r="${reference}"><v>${cell}</v></c>`;
  // A date stays ISO text: a number of days would lose the zone, and its display depends on the reader's locale.
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  const combined = style | (beginsFormula(text) ? QUOTE_PREFIX : 0);
  const attributes = combined === 0 ? "" : ` s="${combined}"`;
  const space = HAS_OUTER_BLANKS.test(text) ? ' xml:space="preserve"' : "";
  return `<c r="${reference}"${attributes} t="inlineStr"><is><t${space}>${xmlText(cutToCell(text))}</t></is></c>`;
}
