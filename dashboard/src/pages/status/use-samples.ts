import { useEffect, useRef, useState } from "react";
import { useBatchNumbers } from "./use-status.ts";

/** Rows a minute between two looks. Times in milliseconds. */
export interface Sample {
  readonly from: number;
  readonly at: number;
  readonly perMinute: number;
}

/** A quarter of an hour of looks. */
const mostSamples = 180;

/** What this page has seen since it was opened. */
export function useSamples(): readonly Sample[] {
  const { data, dataUpdatedAt: at } = useBatchNumbers();
  const rows = data?.total_urls_processed;
  const before = useRef<{ readonly at: number; readonly rows: number } | null>(null);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    if (rows === undefined) return;
    const last = before.current;
    before.current = { at, rows };
    if (last === null || at <= last.at) return;
    // Deleted batches do not count any more: that is no work undone.
    const perMinute = Math.round((Math.max(0, rows - last.rows) / (at - last.at)) * 60_000);
    setSamples((known) => [...known, { from: last.at, at, perMinute }].slice(-mostSamples));
  }, [at, rows]);
  return samples;
}
