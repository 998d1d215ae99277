import { CompiledQuery, sql } from "kysely";
import type { Sql } from "../sql.ts";

/** Runs `work` again and again with a pause in between; returns what ends that, after the work under way. */
export type Repeat = (pauseMs: number, work: () => Promise<void>) => () => Promise<void>;

const minute = 60_000;
/** Between two rounds over every table. */
const fullRoundMinutes = 60;

/** Beyond this age of its oldest row a table is vacuumed whatever happens in it; PostgreSQL's own limit is 200 million. */
const freezeAge = 100_000_000;

/**
 * What PostgreSQL's autovacuum does, for an engine without background processes: rows that were deleted give their room
 * back, the planner knows the tables, and transaction numbers do not run out. Tables are taken one at a time, so that
 * others get their turn in between; one loop, so never two at once.
 *
 * Every minute those that have changed much, by autovacuum's default thresholds. The counts of changes are lost when
 * the process ends, so every hour all tables, the system's own included; where little has changed that is quick.
 */
export function startMaintenance(database: Sql, repeat: Repeat, onError: (error: unknown) => void) {
  let round = 0;
  return repeat(minute, async () => {
    round += 1;
    try {
      for (const statement of await dueStatements(database, round % fullRoundMinutes === 0))
        await database.executeQuery(CompiledQuery.raw(statement));
    } catch (error) {
      onError(error);
    }
  });
}

/** The VACUUM and ANALYZE statements that are due, one per table. */
export async function dueStatements(database: Sql, everything: boolean): Promise<readonly string[]> {
  // What has changed is counted, else, with a delay of up to a minute.
  await sql`select pg_stat_force_next_flush()`.execute(database);
  const { rows } = await sql<{ statement: string }>`
    select format('%s %I.%I', command, schema, name) as statement
    from (
      select
        n.nspname as schema,
        c.relname as name,
        case
          when age(c.relfrozenxid) > ${freezeAge} then 'vacuum (freeze, analyze)'
          when coalesce(s.n_dead_tup, 0) > 50 + 0.2 * greatest(c.reltuples, 0) then 'vacuum (analyze)'
          when coalesce(s.n_ins_since_vacuum, 0) > 1000 + 0.2 * greatest(c.reltuples, 0) then 'vacuum (analyze)'
          when coalesce(s.n_mod_since_analyze, 0) > 50 + 0.1 * greatest(c.reltuples, 0) then 'analyze'
          when ${everything} then 'vacuum'
        end as command
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_stat_all_tables s on s.relid = c.oid
      where c.relkind in ('r', 'm') and c.relpersistence = 'p'
    ) tables
    where command is not null
    order by 1`.execute(database);
  return rows.map(({ statement }) => statement);
}

/** The real clock. The process may end while it waits. */
export const repeat: Repeat = (pauseMs, work) => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let ended = false;
  const wait = () => {
    if (ended) return;
    timer = setTimeout(() => {
      running = work().finally(wait);
    }, pauseMs);
    timer.unref();
  };
  wait();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await running;
  };
};
