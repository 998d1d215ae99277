import { useTable } from "@tanstack/react-table";
import { useMemo } from "react";
import { count } from "../../../parts/format.ts";
import { GridPart } from "./grid-part.tsx";
import { type Line, type resultColumns, resultFeatures } from "./result-columns.tsx";
import classes from "./results.module.css";
import type { TallList } from "./use-tall-list.ts";

export const lineHeight = 44;
export const headHeight = 36;

export interface ResultsTableProps {
  readonly list: TallList;
  readonly lines: ReadonlyMap<number, Line>;
  readonly columns: ReturnType<typeof resultColumns>;
  readonly visible: Readonly<Record<string, boolean>>;
  /** Row of the file that keys act on. */
  readonly current: number | null;
  /** Whether a line's place tells its row, also where it has no result yet. */
  readonly whole: boolean;
  readonly onOpen: (row: number) => void;
}

/** Id of a line's element: the list says by it which one is the current one. */
export const lineId = (row: number): string => `result-${row}`;

/** The lines in view, as rows of a grid whose other rows are only counted. */
export function ResultsTable({ list, lines, columns, visible, current, whole, onOpen }: ResultsTableProps) {
  const data = useMemo(() => [...lines.values()], [lines]);
  const table = useTable({
    features: resultFeatures,
    columns,
    data,
    getRowId: ({ place }) => String(place),
    state: { columnVisibility: visible },
  });
  const shown = table.getVisibleLeafColumns();
  const rows = new Map(table.getRowModel().rows.map((row) => [row.original.place, row]));
  return (
    <>
      <GridPart role="rowgroup" className={classes["head"]}>
        <GridPart role="row" aria-rowindex={1} style={{ display: "flex" }}>
          {table.getFlatHeaders().map((header) => (
            <GridPart
              key={header.id}
              role="columnheader"
              className={classes["headCell"]}
              style={{ width: header.getSize() }}
              title={String(header.column.columnDef.header)}
            >
              <table.FlexRender header={header} />
            </GridPart>
          ))}
        </GridPart>
      </GridPart>
      <GridPart role="rowgroup" className={classes["body"]} style={{ height: list.height }}>
        {list.lines.map(({ index, top }) => {
          const line = rows.get(index);
          const result = line?.original.result;
          const row = result?.row ?? (whole ? index + 1 : null);
          return (
            <GridPart
              key={index}
              {...(row === null ? {} : { id: lineId(row) })}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== null && row === current}
              className={classes["line"]}
              style={{ transform: `translateY(${top}px)` }}
              onClick={() => row !== null && onOpen(row)}
            >
              {result && line
                ? line.getVisibleCells().map((cell) => (
                    <GridPart
                      key={cell.id}
                      role="gridcell"
                      className={classes["cell"]}
                      style={{ width: cell.column.getSize() }}
                    >
                      <table.FlexRender cell={cell} />
                    </GridPart>
                  ))
                : shown.map((column) => (
                    <GridPart
                      key={column.id}
                      role="gridcell"
                      className={classes["cell"]}
                      style={{ width: column.getSize() }}
                    >
                      {result === null ? (
                        <div className={classes["waits"]}>
                          {column.id === "row" && row !== null && count(row)}
                          {column.id === "outcome" && "No result yet"}
                        </div>
                      ) : (
                        <div className={classes["fetched"]} />
                      )}
                    </GridPart>
                  ))}
            </GridPart>
          );
        })}
      </GridPart>
    </>
  );
}
