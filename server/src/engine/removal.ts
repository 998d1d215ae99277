import type { Logger } from "pino";
import type { Database } from "../platform/database/database.ts";
import { markExpired, type OnPurged } from "./expire.ts";
import type { Kind } from "./kind.ts";
import { finishResets } from "./redo.ts";
import { removeHidden } from "./remove.ts";
import { type Repeated, repeat } from "./repeat.ts";

const everyMs = 60_000;

export type Removal = Repeated;

export interface RemovalOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly kinds: Iterable<Kind>;
  readonly onPurged?: OnPurged | undefined;
}

/**
 * In the background: removes the rows of batches that were deleted, whose time is over, or whose writer was lost, and
 * finishes resets that were broken off.
 */
export function startRemoval({ database, logger, kinds, onPurged }: RemovalOptions): Removal {
  const stopping = new AbortController();
  const retentionDays = new Map<string, number>();
  const sourceKeys = new Map<string, string | null>();
  for (const kind of kinds) {
    if (kind.retentionDays) retentionDays.set(kind.name, kind.retentionDays);
    sourceKeys.set(kind.name, kind.sourceKeys ?? null);
  }
  const work = async () => {
    const expired = await markExpired(database, { retentionDays, ...(onPurged ? { onPurged } : {}) });
    if (expired > 0) logger.info({ count: expired }, "batches whose time is over are removed");
    const finished = await finishResets(database, stopping.signal);
    if (finished > 0) logger.warn({ count: finished }, "resets that were broken off are finished");
    await removeHidden(database, stopping.signal, { sourceKeys });
  };
  const repeated = repeat(work, everyMs, logger);
  repeated.wake();
  return {
    wake: repeated.wake,
    stop() {
      stopping.abort();
      return repeated.stop();
    },
  };
}
