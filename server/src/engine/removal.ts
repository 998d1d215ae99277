import type { Logger } from "pino";
import type { Database } from "../platform/database/database.ts";
import { markExpired, removeHidden } from "./remove.ts";
import { type Repeated, repeat } from "./repeat.ts";

const everyMs = 60_000;

export type Removal = Repeated;

/** Removes the rows of batches that were deleted, whose time is over, or whose writer was lost; in the background. */
export function startRemoval(database: Database, logger: Logger): Removal {
  const stopping = new AbortController();
  const work = async () => {
    const expired = await markExpired(database);
    if (expired > 0) logger.info({ count: expired }, "batches whose time is over are removed");
    await removeHidden(database, stopping.signal);
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
