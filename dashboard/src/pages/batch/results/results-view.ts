import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

export const resultTabs = ["all", "failed", "needs-review", "reviewed"] as const;
export type ResultTab = (typeof resultTabs)[number];
export type Layout = "table" | "grid";

/** What of a batch one looks at: all of it stands in the address, so that it can be kept and sent to others. */
export interface ResultsView {
  readonly tab: ResultTab;
  readonly layout: Layout;
  /** In any text of the answers. */
  readonly search: string;
  readonly store: string;
  readonly contact: boolean;
  readonly codes: readonly string[];
  readonly verdict: "accepted" | "flagged" | null;
  /** Days, such as `2026-11-01`. */
  readonly since: string;
  readonly until: string;
  /** The row that keys act on. */
  readonly at: number | null;
  /** The row that is open. */
  readonly row: number | null;
}

const text = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
const rowOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31 ? value : null;
const day = (value: unknown): string => (/^\d{4}-\d\d-\d\d$/.test(text(value)) ? text(value) : "");

/** What an address says; what is none of this is left out. */
function viewOf(search: Readonly<Record<string, unknown>>): ResultsView {
  const verdict = search["verdict"];
  return {
    tab: resultTabs.find((tab) => tab === search["tab"]) ?? "all",
    layout: search["layout"] === "grid" ? "grid" : "table",
    search: text(search["q"]).slice(0, 200),
    store: text(search["store"]).slice(0, 200),
    contact: search["contact"] === true,
    codes: text(search["code"])
      .split(",")
      .filter((code) => /^[\w-]{1,100}$/.test(code)),
    verdict: verdict === "accepted" || verdict === "flagged" ? verdict : null,
    since: day(search["since"]),
    until: day(search["until"]),
    at: rowOf(search["at"]),
    row: rowOf(search["row"]),
  };
}

/** The address of a view: what is as usual is not in it. */
const searchOf = (view: ResultsView) => ({
  tab: view.tab === "all" ? undefined : view.tab,
  layout: view.layout === "table" ? undefined : view.layout,
  q: view.search || undefined,
  store: view.store || undefined,
  contact: view.contact || undefined,
  code: view.codes.length === 0 ? undefined : view.codes.join(","),
  verdict: view.verdict ?? undefined,
  since: view.since || undefined,
  until: view.until || undefined,
  at: view.at ?? undefined,
  row: view.row ?? undefined,
});

export const noFilters = {
  search: "",
  store: "",
  contact: false,
  codes: [],
  verdict: null,
  since: "",
  until: "",
} as const satisfies Partial<ResultsView>;

export type ResultFilters = Readonly<Record<string, string>>;

/**
 * The filters in the words of the API. Failed rows have no answer to search in, and others no code: what a tab does not
 * show does not filter it.
 */
export function filtersOf(view: ResultsView): ResultFilters {
  const { tab, search, store, contact, codes, verdict, since, until } = view;
  return {
    ...(tab === "failed" && { status: "failed" }),
    ...(tab === "needs-review" && { status: "success", review: "none" }),
    ...(tab === "reviewed" && { review: verdict ?? "reviewed" }),
    ...(tab === "failed"
      ? codes.length > 0 && { error_type: codes.join(",") }
      : {
          ...(search && { search }),
          ...(store && { store_name_filter: store }),
          ...(contact && { has_contact: "true" }),
        }),
    ...(since && { start_date: since }),
    ...(until && { end_date: until }),
  };
}

/** Whether anything but the tab says what is shown. */
export const isFiltered = (view: ResultsView): boolean =>
  JSON.stringify(filtersOf(view)) !== JSON.stringify(filtersOf({ ...view, ...noFilters }));

export interface ViewOfAddress {
  readonly view: ResultsView;
  /** @param keep as a step of its own, which the browser's back button undoes */
  change(what: Partial<ResultsView>, keep?: boolean): void;
}

/** The view that the address of the page says, and how to change both. */
export function useResultsView(): ViewOfAddress {
  const search = useSearch({ from: "/batch/$batchId" });
  const navigate = useNavigate({ from: "/batch/$batchId" });
  const view = useMemo(() => viewOf(search), [search]);
  const change = useCallback(
    (what: Partial<ResultsView>, keep = false) => {
      void navigate({
        to: ".",
        search: (before) => ({ ...before, ...searchOf({ ...viewOf(before), ...what }) }),
        replace: !keep,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return { view, change };
}
