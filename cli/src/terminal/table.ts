import { textWidth } from "./visible.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Columns of the terminal; a cell that is wider moves what is behind it. */
  readonly width: number;
}

const gap = "  ";

/** A line of a table, without blanks at its end. */
export const tableRow = (columns: readonly Column[], cells: readonly string[]): string =>
  columns
    .map(({ align, width }, index) => {
      const cell = cells[index] ?? "";
      const blanks = " ".repeat(Math.max(0, width - textWidth(cell)));
      return align === "right" ? blanks + cell : cell + blanks;
    })
    .join(gap)
    .trimEnd();

export const tableHead = (columns: readonly Column[]): string =>
  tableRow(
    columns,
    columns.map(({ title }) => title.toUpperCase()),
  );

/** All lines of a table whose rows are known: columns as wide as their widest cell. */
export function table(
  columns: readonly Omit<Column, "width">[],
  rows: readonly (readonly string[])[],
): string[] {
  const sized = columns.map((column, index) => ({
    ...column,
    width: Math.max(textWidth(column.title), ...rows.map((cells) => textWidth(cells[index] ?? ""))),
  }));
  return [tableHead(sized), ...rows.map((cells) => tableRow(sized, cells))];
}
