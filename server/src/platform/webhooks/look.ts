import type { Database } from "../database/database.ts";
import { allDue, dueSince } from "./due.ts";
import { channel } from "./send.ts";

export interface LookSettings {
  readonly database: Database;
  readonly pollMs: number;
  /** The receiver may have something due. */
  readonly wake: (origin: string) => void;
  /** Called after every look. */
  readonly looked: () => void;
  readonly onError: (error: unknown) => void;
}

/** What is due, of all receivers, is looked at so often: for what nobody was told about. */
const fullLookMs = 60_000;

/**
 * Says which receivers may have something due: at once what is committed, and by looking what becomes due with time.
 *
 * @returns what ends it
 */
export async function startLooking(settings: LookSettings): Promise<() => Promise<void>> {
  const { database, pollMs, wake, looked, onError } = settings;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let since = "-infinity";
  let fullAt = Number.NEGATIVE_INFINITY;

  const look = async () => {
    try {
      const full = performance.now() - fullAt >= fullLookMs;
      const { origins, next } = await (full ? allDue(database.sql) : dueSince(database.sql, since));
      if (full) fullAt = performance.now();
      since = next;
      for (const origin of origins) wake(origin);
      looked();
    } catch (error) {
      onError(error);
    }
    if (!stopped) timer = setTimeout(begin, pollMs);
  };
  let looking = Promise.resolve();
  const begin = () => {
    looking = look();
  };
  const unlisten = await database.listen(
    channel,
    (origin) => {
      wake(origin);
      looked();
    },
    // What was said meanwhile was lost.
    () => {
      fullAt = Number.NEGATIVE_INFINITY;
    },
  );
  begin();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await looking;
    await unlisten();
  };
}
