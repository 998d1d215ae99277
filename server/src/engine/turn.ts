import { sql } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Transaction } from "../platform/database/sql.ts";

/** How long to rest after a page, in times of what it took: a sixteenth of one connection is what batches may feel of it. */
const restPerWork = 15;

export interface Turn {
  /** Whether the work was done; if not, it was too early for it. */
  readonly taken: boolean;
  /** Milliseconds to wait before asking again; 0 where nobody is disturbed. */
  readonly restMs: number;
}

/**
 * Does a piece of work in the background, one at a time whichever process does it. While a batch is worked on, each is
 * followed by a rest of all of them: the pace is in the database, so that several processes together are no faster.
 */
export function takeTurn(database: Database, work: (tx: Transaction) => Promise<void>): Promise<Turn> {
  return database.transaction(async (tx) => {
    // Work that a crash of the database undoes is done again, so its commit does not wait for the disk. Compiling a
    // statement would take longer than running it.
    const { rows } = await sql<{ busy: boolean; early: number }>`
      select
        exists (select from batches where state = 'processing' and visibility = 'visible') as busy,
        coalesce(extract(epoch from removal_after - clock_timestamp()) * 1000, 0)::float8 as early,
        set_config('synchronous_commit', 'off', true), set_config('jit', 'off', true)
      from installation for update
    `.execute(tx);
    const { busy = false, early = 0 } = rows[0] ?? {};
    if (busy && early > 0) return { taken: false, restMs: early };
    const began = performance.now();
    await work(tx);
    if (!busy) return { taken: true, restMs: 0 };
    const restMs = (performance.now() - began) * restPerWork;
    await sql`
      update installation set removal_after = clock_timestamp() + ${restMs} * interval '1 millisecond'
    `.execute(tx);
    return { taken: true, restMs };
  });
}
