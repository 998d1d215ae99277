import { sql } from "kysely";
import type { Database } from "../database/database.ts";

/** One lock for all processes of this service on a database; the number means nothing. */
const lockKey = 7_205_759_404;

/**
 * Runs the work in one process at a time. The work opens its own transactions (pg-boss's migrations are scripts with
 * BEGIN and COMMIT), so it runs beside the transaction that holds the lock, on another connection. Embedded there is
 * one connection, and one process anyway.
 */
export async function alone(database: Database, work: () => Promise<void>): Promise<void> {
  if (database.engine === "embedded") return work();
  const locked = Promise.withResolvers<void>();
  // Begun here and not in the transaction, whose guard would refuse it.
  const done = locked.promise.then(work);
  // Told by the transaction; without a lock nobody waits for it.
  done.catch(() => {});
  await database
    .transaction(async (tx) => {
      await sql`set local statement_timeout = 0`.execute(tx);
      await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx);
      locked.resolve();
      await done;
    })
    .catch((error: unknown) => {
      locked.reject(error);
      throw error;
    });
}
