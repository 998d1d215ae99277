import { sql } from "kysely";
import { PgBoss } from "pg-boss";
import type { Database } from "../database/database.ts";
import { sqlExecutor } from "../database/executor.ts";
import type { Sql } from "../database/sql.ts";
import { queueSchemaNewer } from "./errors.ts";
import { deadLetterOf, type Queue } from "./queue.ts";

export const bossSchema = "pgboss";
/** Of pg-boss 12.35.0. A test installs it and compares. */
export const bossSchemaVersion = 43;

export interface BossOptions {
  readonly database: Database;
  readonly heartbeatSeconds: number;
  /** A job of this queue can be fetched, or `undefined`: something may have been missed. */
  readonly onArrival: (queue: string | undefined) => void;
  readonly onError: (error: unknown) => void;
  readonly onWarning: (warning: { readonly message: string }) => void;
}

const tenYears = 10 * 365 * 86_400;
const thirtyDays = 30 * 86_400;
/** Our own timer ends a try that takes too long, and says so better; this is for processes that died. */
const expiryMarginSeconds = 30;

/**
 * pg-boss over the one query path: it is given no address, so it opens no connection. Its workers and its cron are not
 * used.
 */
export function createBoss({
  database,
  heartbeatSeconds,
  onArrival,
  onError,
  onWarning,
}: BossOptions): PgBoss {
  const embedded = database.engine === "embedded";
  // Embedded, nobody but this process can hold a job, so nobody's job is to be taken back while it runs.
  const superviseSeconds = embedded ? 300 : Math.ceil(heartbeatSeconds / 3);
  const boss = new PgBoss({
    db: {
      ...sqlExecutor(database.sql),
      // pg-boss names the channel and sends to it with each insert, in its transaction.
      async listen(channel) {
        const close = await database.listen(channel, onArrival, () => onArrival(undefined));
        return { close };
      },
    },
    backend: embedded ? "pglite" : "postgres",
    schema: bossSchema,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: 3600,
    // Jobs that wait for other jobs are not used: an hour instead of five seconds.
    flowIntervalSeconds: 3600,
    // It would warn of a backlog every few seconds; `counts` is there for that.
    warningQueueSize: 2 ** 31 - 1,
    // Embedded there is no autovacuum to watch: platform/database vacuums by itself.
    monitorVacuum: !embedded,
  });
  boss.on("error", onError);
  boss.on("warning", onWarning);
  return boss;
}

/** @throws {AppError} when a newer release has migrated the queue: pg-boss itself would just go on */
export async function assertSchemaKnown({ sql: database }: Database): Promise<void> {
  const version = await readSchemaVersion(database);
  if (version > bossSchemaVersion) throw queueSchemaNewer(version, bossSchemaVersion);
}

/** Whether the queue is as this program needs it, or newer. */
export const isQueueThere = async (database: Sql): Promise<boolean> =>
  (await readSchemaVersion(database)) >= bossSchemaVersion;

/** 0 where there is none. */
async function readSchemaVersion(database: Sql): Promise<number> {
  const table = sql.table(`${bossSchema}.version`);
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass(${`${bossSchema}.version`}) is not null as there`.execute(database);
  if (!found[0]?.there) return 0;
  const { rows } = await sql<{ version: number }>`select version from ${table}`.execute(database);
  return rows[0]?.version ?? 0;
}

/** Makes the queues, or brings their settings up to date, and loads them into pg-boss's cache. */
export async function prepareQueues(
  boss: PgBoss,
  queues: readonly Queue[],
  { heartbeatSeconds }: { readonly heartbeatSeconds: number | undefined },
): Promise<void> {
  const existing = new Set((await boss.getQueues()).map(({ name }) => name));
  for (const { name, retryLimit, expireSeconds } of queues) {
    const common = {
      // A try whose process died may begin again at once: what a handler throws gets its pause from us.
      retryDelay: 0,
      retryBackoff: false,
      retryDelayMax: null,
      expireInSeconds: Math.ceil(expireSeconds) + expiryMarginSeconds,
      heartbeatSeconds: heartbeatSeconds ?? null,
      notify: true,
    };
    const dead = {
      ...common,
      retryLimit: 100,
      retentionSeconds: thirtyDays,
      deleteAfterSeconds: thirtyDays,
    };
    // pg-boss deletes jobs that waited longer than their retention, which is 14 days where nothing is said.
    const live = {
      ...common,
      retryLimit,
      retentionSeconds: tenYears,
      deleteAfterSeconds: 3600,
      deadLetter: deadLetterOf(name),
    };
    for (const [queue, options] of [
      [deadLetterOf(name), dead],
      [name, live],
    ] as const) {
      // `short`: of the jobs with one key, one waits. It cannot be changed later, so every queue has it.
      if (!existing.has(queue)) await boss.createQueue(queue, { policy: "short" });
      await boss.updateQueue(queue, options);
      // Loads the cache, which both have just emptied: a first use inside a transaction would look outside of it, and
      // embedded wait there for ever.
      await boss.findJobs(queue, { id: "00000000-0000-0000-0000-000000000000" });
    }
  }
}
