import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import { throughOutages } from "../../platform/database/through-outages.ts";
import type { Clock } from "./clock.ts";
import type { Lane } from "./lane.ts";
import type { QuotaStore } from "./store.ts";

export interface Books {
  /** Notes a success; written together with others, within a second. */
  succeeded(lane: Lane, tokensMs: number): void;
  /** Writes through outages; resolves when it is written. */
  write(work: (store: QuotaStore) => Promise<void>): Promise<void>;
  /** Writes what may be lost; never rejects. */
  tell(work: (store: QuotaStore) => Promise<void>): Promise<void>;
  /** Writes what is left, and waits for what is under way, but for no outage. */
  close(): Promise<void>;
}

interface BooksOptions {
  readonly store: QuotaStore;
  readonly clock: Clock;
  readonly closed: AbortSignal;
  readonly onError: (error: unknown) => void;
}

const gatherMs = 1_000;

/** What is written about requests that ended. Where all is well, that is nothing: successes count only after a refusal. */
export function createBooks({ store, clock, closed, onError }: BooksOptions): Books {
  const underWay = new Set<Promise<void>>();
  const successes = new Map<string, number>();
  let cancel: (() => void) | null = null;

  const track = (writing: Promise<void>) => {
    const settled = writing.then(
      () => {},
      () => {},
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    return writing;
  };
  const write: Books["write"] = (work) => track(throughOutages(() => work(store), closed));
  // Not repeated: where only the answer was lost, it would count twice.
  const tell: Books["tell"] = (work) =>
    track(work(store)).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) onError(error);
    });
  const flush = () => {
    cancel?.();
    cancel = null;
    if (successes.size === 0) return;
    const rows = [...successes].map(([group, tokensMs]) => ({ group, tokensMs }));
    successes.clear();
    void tell((current) => current.succeed(rows));
  };
  return {
    succeeded(lane, tokensMs) {
      const row = lane.known?.row;
      if (tokensMs === 0 && row && row.factor >= 1 && row.refusals === 0) return;
      successes.set(lane.group.name, (successes.get(lane.group.name) ?? 0) + tokensMs);
      cancel ??= clock.after(gatherMs, flush);
    },
    write,
    tell,
    async close() {
      flush();
      await Promise.all(underWay);
    },
  };
}
