import { Anchor, Group, Text } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState } from "react";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { count } from "../../../parts/format.ts";
import type { BatchResult } from "./batch-api.ts";
import { GridPart } from "./grid-part.tsx";
import type { Line, resultColumns } from "./result-columns.tsx";
import classes from "./results.module.css";
import { ResultsGrid, tileLineHeight, tileWidth } from "./results-grid.tsx";
import { headHeight, lineHeight, lineId, ResultsTable } from "./results-table.tsx";
import type { Layout, ResultFilters } from "./results-view.ts";
import type { Cursor } from "./use-cursor.ts";
import { useResultRows } from "./use-result-rows.ts";
import { useTallList } from "./use-tall-list.ts";

/** What the keys, which are not of the list alone, ask it. */
export interface ListHandle {
  /** The current result, once it is in memory. */
  current(): BatchResult | null;
  move(step: "next" | "previous" | "up" | "down" | "first" | "last"): void;
}

export interface ResultsListProps {
  readonly batchId: string;
  readonly filters: ResultFilters;
  /** Where it is filtered, it begins behind this row of the file. */
  readonly from: number;
  readonly layout: Layout;
  readonly columns: ReturnType<typeof resultColumns>;
  readonly visible: Readonly<Record<string, boolean>>;
  /** Rows of the file where nothing is filtered, else null. */
  readonly wholeRows: number | null;
  readonly matching: number | null;
  readonly cursor: Cursor;
  readonly handle: { current: ListHandle | null };
}

/** Pages in passing are not fetched while one drags the scroll bar. */
const settleMs = 80;

/** Results, however many: those in view are drawn, those near are in memory. */
export function ResultsList(props: ResultsListProps) {
  const { batchId, filters, layout, columns, visible, wholeRows, matching, cursor, handle, from } = props;
  const whole = wholeRows !== null;
  const [start, setStart] = useState(whole ? 0 : from);
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const ref = useMergedRef<HTMLDivElement>(sized, setElement);
  const grid = layout === "grid";
  const perLine = grid ? Math.max(2, Math.floor((width - 8) / tileWidth)) : 1;
  const [settled, setSettled] = useState({ first: whole ? (cursor.row ?? 1) - 1 : 0, last: 40 });
  const rows = useResultRows({ batchId, filters, start, wholeRows, matching, ...settled });
  const list = useTallList(element, {
    lines: Math.ceil(rows.count / perLine),
    lineHeight: grid ? tileLineHeight : lineHeight,
    inset: grid ? 0 : headHeight,
  });
  const [first, last] = [
    (list.lines[0]?.index ?? 0) * perLine,
    ((list.lines.at(-1)?.index ?? 0) + 1) * perLine - 1,
  ];
  useEffect(() => {
    if (list.lines.length === 0 || (settled.first === first && settled.last === last)) return;
    const timer = setTimeout(() => setSettled({ first, last }), settleMs);
    return () => clearTimeout(timer);
  });

  const lines = new Map<number, Line>();
  for (let place = first; place <= Math.min(last, rows.count - 1); place += 1)
    lines.set(place, { place, result: rows.at(place) });

  const place = cursor.row === null ? null : rows.placeOf(cursor.row);
  const go = (to: number) => {
    const row = rows.at(to)?.row ?? (whole ? to + 1 : null);
    if (row === null) return list.reveal(Math.floor(to / perLine));
    cursor.move(row);
    list.reveal(Math.floor(to / perLine));
  };
  handle.current = {
    current: () => (place === null ? null : (rows.at(place) ?? null)),
    move(step) {
      if (rows.count === 0) return;
      const from = place ?? -1;
      const by = { next: 1, previous: -1, down: perLine, up: -perLine }[step as "next"];
      const to = step === "first" ? 0 : step === "last" ? rows.count - 1 : place === null ? first : from + by;
      go(Math.min(rows.count - 1, Math.max(0, to)));
    },
  };

  // Once, where one comes back to a row, or has it drawn in another way.
  const revealed = useRef<Layout | null>(null);
  const ready = element !== null && list.height > 0;
  useEffect(() => {
    if (revealed.current === layout || !ready) return;
    revealed.current = layout;
    if (place !== null) list.reveal(Math.floor(place / perLine));
  });

  const stable = useStableLines(lines);
  const shared = {
    list,
    lines: stable,
    current: cursor.row,
    whole,
    onOpen: (row: number) => cursor.move(row, true),
  };
  const lineCount = Math.ceil((whole ? rows.count : (matching ?? rows.count)) / perLine);
  return (
    <>
      {start > 0 && (
        <Group gap="xs">
          <Text size="sm">{`From row ${count(start + 1)} on.`}</Text>
          <Anchor component="button" type="button" size="sm" onClick={() => setStart(0)}>
            Show earlier rows
          </Anchor>
        </Group>
      )}
      {rows.error !== null && <ErrorNotice error={rows.error} onRetry={rows.retry} />}
      <GridPart
        ref={ref}
        className={classes["list"]}
        role="grid"
        aria-label="Results"
        aria-rowcount={lineCount + (grid ? 0 : 1)}
        {...(cursor.row !== null &&
        [...stable.values()].some(({ result, place: at }) => (result?.row ?? at + 1) === cursor.row)
          ? { "aria-activedescendant": lineId(cursor.row) }
          : {})}
        tabIndex={0}
        data-result-list=""
      >
        {grid ? (
          <ResultsGrid {...shared} batchId={batchId} perLine={perLine} places={rows.count} />
        ) : (
          <ResultsTable {...shared} columns={columns} visible={visible} />
        )}
      </GridPart>
    </>
  );
}

/** The same map as long as it holds the same: the table then makes none of its rows anew. */
function useStableLines(lines: ReadonlyMap<number, Line>): ReadonlyMap<number, Line> {
  const before = useRef(lines);
  return useMemo(() => {
    const same =
      before.current.size === lines.size &&
      [...lines].every(([place, line]) => {
        const old = before.current.get(place);
        return old !== undefined && old.result === line.result;
      });
    if (!same) before.current = lines;
    return before.current;
  }, [lines]);
}
