import type { BatchProgress } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, Group, Stack, Tabs, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import { IconFilterOff, IconHourglass } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { EmptyState } from "../../../parts/empty-state.tsx";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { count, counted } from "../../../parts/format.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { FailuresPanel } from "./failures-panel.tsx";
import { KeysHelp } from "./keys-help.tsx";
import { defaultAnswers, resultColumns, usualColumns } from "./result-columns.tsx";
import { ResultDrawer } from "./result-drawer.tsx";
import { type ListHandle, ResultsList } from "./results-list.tsx";
import { ResultsToolbar } from "./results-toolbar.tsx";
import {
  filtersOf,
  isFiltered,
  noFilters,
  type ResultTab,
  resultTabs,
  useResultsView,
} from "./results-view.ts";
import type { NoteDraft } from "./review-panel.tsx";
import { useCursor } from "./use-cursor.ts";
import { useLiveResults } from "./use-live-results.ts";
import { useResultCounts } from "./use-result-counts.ts";
import { useResultKeys } from "./use-result-keys.ts";
import { useRetry } from "./use-retry.ts";
import { useReview } from "./use-review.ts";

export interface BatchResultsProps {
  readonly batchId: string;
  readonly progress: BatchProgress;
  /** Told when rows are tried again: a batch that had ended goes on. */
  readonly onRestarted?: (() => void) | undefined;
}

const tabNames: Readonly<Record<ResultTab, string>> = {
  all: "All",
  failed: "Failed",
  "needs-review": "Needs review",
  reviewed: "Reviewed",
};

const nothing: Readonly<Record<ResultTab, string>> = {
  all: "Results appear here as they are found. You can leave this page; the batch goes on.",
  failed: "No row failed.",
  "needs-review": "Every row that succeeded so far was reviewed.",
  reviewed: "Press a to accept a row and f to flag it; ? shows all keys.",
};

/** What came of the rows of a batch: to look through, review, try again and take along. */
export function BatchResults({ batchId, progress, onRestarted }: BatchResultsProps) {
  const fovea = useFovea();
  const address = useResultsView();
  const { view, change } = address;
  const cursor = useCursor(address);
  const counts = useResultCounts(batchId, progress, view);
  const reviewer = useReview(batchId);
  const retry = useRetry(batchId, onRestarted);
  const [helps, help] = useDisclosure(false);
  const searchRef = useRef<HTMLInputElement>(null);
  const list = useRef<ListHandle>(null);
  const draft: NoteDraft = useRef(null);
  useLiveResults(batchId, progress);

  const info = useQuery({
    queryKey: ["batch", batchId, "info"],
    queryFn: async ({ signal }) => (await fovea.batches.get(batchId, { signal })).batch_info,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const answers = useMemo(() => answersOf(info.data?.schema), [info.data]);
  const ofStores = answers === defaultAnswers;
  const uploaded = info.data?.columns ?? null;
  const columns = useMemo(() => resultColumns({ batchId, answers, uploaded }), [batchId, answers, uploaded]);
  const failed = view.tab === "failed";
  const [chosen, setChosen] = useLocalStorage<Readonly<Record<string, boolean>>>({
    key: failed ? "fovea-columns-failed" : "fovea-columns",
    defaultValue: {},
  });
  const visible = useMemo(() => ({ ...usualColumns(failed, answers), ...chosen }), [failed, answers, chosen]);

  const say = (verdict: "accepted" | "flagged") => {
    const result = list.current?.current();
    if (!result) return;
    const note = draft.current?.row === result.row ? draft.current.note.trim() : result.review?.note;
    reviewer.say(result, verdict, note || null);
    list.current?.move("next");
  };
  useResultKeys({
    move: (step) => list.current?.move(step),
    open: () => cursor.row !== null && cursor.move(cursor.row, true),
    accept: () => say("accepted"),
    flag: () => say("flagged"),
    undo: () => {
      const row = reviewer.undo();
      if (row !== null) cursor.move(row);
    },
    retry: () => {
      const result = list.current?.current();
      if (result && !result.success) retry.ofRow(result.row);
    },
    search: () => searchRef.current?.focus(),
    help: help.toggle,
  });

  const filters = filtersOf(view);
  const key = JSON.stringify(filters);
  const filtered = isFiltered(view);
  const whole = Object.keys(filters).length === 0;
  const resumed = useResumed(key, view.row ?? view.at);
  const empty = counts.matching === 0 && !(whole && progress.is_active);
  return (
    <Tabs
      value={view.tab}
      onChange={(tab) => {
        cursor.move(null);
        change({ tab: resultTabs.find((known) => known === tab) ?? "all" }, true);
      }}
      keepMounted={false}
    >
      <Tabs.List>
        {resultTabs.map((tab) => (
          <Tabs.Tab key={tab} value={tab} className="numbers">
            {tabNames[tab]} <TabCount rows={counts.tabs[tab]} />
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={view.tab} pt="sm">
        <Stack gap="sm">
          <ResultsToolbar
            view={view}
            change={change}
            ofStores={ofStores}
            searchRef={searchRef}
            onHelp={help.open}
          >
            {view.layout === "table" && (
              <ColumnMenu columns={columns} visible={visible} onChange={setChosen} />
            )}
            <ExportMenu
              batchId={batchId}
              filters={filters}
              rows={counts.matching}
              fileRows={progress.total_urls}
            />
          </ResultsToolbar>
          {failed && progress.failed_count > 0 && (
            <FailuresPanel
              batchId={batchId}
              progress={progress}
              codes={view.codes}
              retry={retry}
              onShow={(codes) => change({ codes }, true)}
            />
          )}
          {counts.error !== null && <ErrorNotice error={counts.error} />}
          <VisuallyHidden role="status">
            {counts.matching === null ? "" : `${counted(counts.matching, "row matches", "rows match")}`}
          </VisuallyHidden>
          {empty ? (
            <EmptyState
              title={filtered ? "No row matches these filters" : "Nothing here"}
              icon={filtered ? <IconFilterOff size={22} /> : <IconHourglass size={22} />}
              action={
                filtered && (
                  <Button size="xs" variant="default" onClick={() => change(noFilters, true)}>
                    Clear filters
                  </Button>
                )
              }
            >
              {filtered ? "Change them, or look at all rows of this tab." : nothing[view.tab]}
            </EmptyState>
          ) : (
            <ResultsList
              key={key}
              from={resumed.start}
              batchId={batchId}
              filters={filters}
              layout={view.layout}
              columns={columns}
              visible={visible}
              wholeRows={whole ? progress.total_urls : null}
              matching={counts.matching}
              cursor={cursor}
              handle={list}
            />
          )}
        </Stack>
      </Tabs.Panel>
      <ResultDrawer
        batchId={batchId}
        row={cursor.open ? cursor.row : null}
        columns={uploaded}
        reviewer={reviewer}
        draft={draft}
        retry={retry}
        onMove={(step) => list.current?.move(step)}
        onClose={() => cursor.move(cursor.row, false)}
      />
      <KeysHelp opened={helps} onClose={help.close} />
    </Tabs>
  );
}

const TabCount = ({ rows }: { readonly rows: number | null }) => (
  <Group component="span" display="inline">
    <Text span size="xs" c="dimmed">
      {rows === null ? "…" : count(rows)}
    </Text>
  </Group>
);

/**
 * Where a list begins that one comes back to. Only the pages before would tell which place of a filtered list a row has, so
 * such a list begins with it; once one has looked at something else, all begin at their beginning.
 */
function useResumed(key: string, row: number | null): { readonly start: number } {
  const [first] = useState({ key, start: Math.max(0, (row ?? 1) - 1) });
  const [left, setLeft] = useState(false);
  useEffect(() => {
    if (key !== first.key) setLeft(true);
  }, [key, first]);
  return left || key !== first.key ? { start: 0 } : first;
}

/** What the answers have, by the schema of the question that was asked. */
function answersOf(schema: Readonly<Record<string, unknown>> | null | undefined): readonly string[] {
  const properties = schema?.["properties"];
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : defaultAnswers;
}
