import type { GetBatchResultsData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type BatchResult, batchApi, rowsKey } from "./batch-api.ts";
import type { ResultFilters } from "./results-view.ts";

/** Rows of one request. */
const pageRows = 100;
/** Pages on either side of what is shown that stay in memory, and those that are fetched before somebody comes. */
const keptPages = 7;
const nearPages = 1;

export interface ResultRowsAsked {
  readonly batchId: string;
  readonly filters: ResultFilters;
  /** The list begins behind this row of the file. */
  readonly start: number;
  /** Nothing is filtered, so the place of a row in the list is its place in the file. Rows of the file; else null. */
  readonly wholeRows: number | null;
  /** How many match; null while it is not known. */
  readonly matching: number | null;
  /** Places of the list that are shown. */
  readonly first: number;
  readonly last: number;
}

export interface ResultRows {
  /** Places that the list has, as far as it is known. */
  readonly count: number;
  /** Undefined while it is fetched, null where the row has no result yet. */
  at(place: number): BatchResult | null | undefined;
  /** Place of a row of the file; null where it is not in memory. */
  placeOf(row: number): number | null;
  readonly error: unknown;
  retry(): void;
}

/**
 * A window into results, by key: a page is fetched when one comes near, and forgotten when one is far away, so memory does
 * not grow with how far one scrolls. Of the whole file every page is known by its rows. Of what is filtered only the page
 * before tells where the next one begins; of pages that were passed, that one number stays.
 */
export function useResultRows(asked: ResultRowsAsked): ResultRows {
  const { batchId, filters, start, wholeRows, matching, first, last } = asked;
  const fovea = useFovea();
  const [known, setKnown] = useState<Begins>({ start, begins: [start] });
  const { begins } = known.start === start ? known : { begins: [start] };
  const pages = wholeRows === null ? begins.length : Math.ceil(wholeRows / pageRows);
  const beginOf = (page: number) => (wholeRows === null ? (begins[page] ?? start) : page * pageRows);
  const [firstPage, lastPage] = [Math.floor(first / pageRows), Math.floor(last / pageRows)];
  const kept = range(Math.max(0, firstPage - keptPages), Math.min(pages - 1, lastPage + keptPages));

  const fetched = useQueries({
    queries: kept.map((page) => ({
      queryKey: [...rowsKey(batchId), filters, beginOf(page)],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        batchApi.results(
          fovea,
          batchId,
          { ...filters, limit: String(pageRows), after: String(beginOf(page)) },
          signal,
        ),
      enabled: page >= firstPage - nearPages && page <= lastPage + nearPages,
      // What is not kept above is gone at once.
      gcTime: 0,
      staleTime: 60_000,
    })),
  });
  const loaded = new Map(
    kept.flatMap((page, index) => {
      const data = fetched[index]?.data;
      return data ? [[page, data] as const] : [];
    }),
  );

  useEffect(() => {
    if (wholeRows === null)
      setKnown((before) => withNext(before.start === start ? before : { start, begins: [start] }, loaded));
  });

  const lastLoaded = loaded.get(pages - 1);
  const lastLength =
    lastLoaded?.results.length ??
    Math.min(pageRows, Math.max(1, (matching ?? Number.POSITIVE_INFINITY) - (pages - 1) * pageRows));
  const byRow = new Map([...loaded.values()].flatMap(({ results }) => results.map((one) => [one.row, one])));
  return {
    count: wholeRows ?? (pages - 1) * pageRows + lastLength,
    at(place) {
      const page = loaded.get(Math.floor(place / pageRows));
      if (!page) return undefined;
      if (wholeRows === null) return page.results[place % pageRows];
      return byRow.get(place + 1) ?? null;
    },
    placeOf(row) {
      if (wholeRows !== null) return row <= wholeRows ? row - 1 : null;
      for (const [page, { results }] of loaded) {
        const index = results.findIndex((one) => one.row === row);
        if (index >= 0) return page * pageRows + index;
      }
      return null;
    },
    error: failureOf(fetched),
    retry() {
      for (const { isError, refetch } of fetched) if (isError) void refetch();
    },
  };
}

const failureOf = (queries: readonly UseQueryResult<GetBatchResultsData>[]) =>
  queries.find(({ error }) => error !== null)?.error ?? null;

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** Behind which rows the pages of a list begin. */
interface Begins {
  readonly start: number;
  readonly begins: readonly number[];
}

/** With what the loaded pages tell of the next ones; the same where that is nothing new. */
function withNext(known: Begins, loaded: ReadonlyMap<number, GetBatchResultsData>): Begins {
  let { begins } = known;
  for (const [page, { next_after }] of loaded) {
    if (page >= begins.length) continue;
    if (next_after === null) {
      if (begins.length > page + 1) begins = begins.slice(0, page + 1);
    } else if (begins[page + 1] !== next_after) {
      begins = [...begins.slice(0, page + 1), next_after, ...begins.slice(page + 2)];
    }
  }
  return begins === known.begins ? known : { ...known, begins };
}
