import { useCallback, useEffect, useRef, useState } from "react";
import type { ViewOfAddress } from "./results-view.ts";

/** A key that is held down moves thirty times a second, and browsers take no address so often. */
const restMs = 250;

export interface Cursor {
  /** The row of the file that keys act on. */
  readonly row: number | null;
  /** Whether it is open beside the list. */
  readonly open: boolean;
  move(row: number | null, open?: boolean): void;
}

/** Where one is: at once here, and in the address when one rests. */
export function useCursor({ view, change }: ViewOfAddress): Cursor {
  const [here, setHere] = useState({ row: view.row ?? view.at, open: view.row !== null });
  const told = useRef({ at: view.at, row: view.row });

  // The address was changed by somebody else: a link, or the browser's back button.
  useEffect(() => {
    if (view.at === told.current.at && view.row === told.current.row) return;
    told.current = { at: view.at, row: view.row };
    setHere({ row: view.row ?? view.at, open: view.row !== null });
  }, [view.at, view.row]);

  useEffect(() => {
    const next = here.open ? { at: null, row: here.row } : { at: here.row, row: null };
    if (next.at === told.current.at && next.row === told.current.row) return;
    const timer = setTimeout(() => {
      told.current = next;
      change(next);
    }, restMs);
    return () => clearTimeout(timer);
  }, [here, change]);

  return {
    ...here,
    move: useCallback(
      (row, open) => setHere((before) => ({ row, open: row !== null && (open ?? before.open) })),
      [],
    ),
  };
}
