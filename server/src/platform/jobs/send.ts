import type { PgBoss } from "pg-boss";
import type { z } from "zod";
import { sqlExecutor } from "../database/executor.ts";
import type { Sql, Transaction } from "../database/sql.ts";
import { jsonText } from "../database/values.ts";
import { deadLetterOf, type Payload, type Queue } from "./queue.ts";
import { holdWaiting, takeDead } from "./tables.ts";

export interface SendOptions {
  /** Not before; now where nothing is said. */
  readonly startAfter?: Date;
  /** Higher goes first; 0 where nothing is said. */
  readonly priority?: number;
  /** Of the jobs of a queue with one key only one waits to begin; it starts after the caller's transaction. */
  readonly key?: string;
}

const attempts = 10;

/** @returns the job's id, or undefined when one with its key waits already */
export async function send<Schema extends Payload>(
  boss: PgBoss,
  sql: Sql,
  queue: Queue<Schema>,
  data: z.input<Schema>,
  options: SendOptions,
): Promise<string | undefined> {
  const { key } = options;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const [id] = await insert(boss, sql, queue, [{ data, ...options }]);
    if (id !== undefined || key === undefined) return id;
    // It waits now, but a worker could take it before this transaction commits, and not see what that writes.
    if (await holdWaiting(sql, queue.name, key)) return undefined;
  }
  throw new Error(
    `A job of ${queue.name} could not be sent in ${attempts} attempts: its key was always taken.`,
  );
}

export async function insert<Schema extends Payload>(
  boss: PgBoss,
  sql: Sql,
  queue: Queue<Schema>,
  items: readonly ({ readonly data: z.input<Schema> } & SendOptions)[],
): Promise<readonly string[]> {
  const jobs = items.map(({ data, startAfter, priority = 0, key }) => {
    queue.schema.parse(data);
    jsonText(data);
    return {
      data,
      priority,
      // Without a key each has its own: to pg-boss, jobs without one have the same.
      singletonKey: key ?? crypto.randomUUID(),
      ...(startAfter ? { startAfter: startAfter.toISOString() } : {}),
    };
  });
  return (await boss.insert(queue.name, jobs, { db: sqlExecutor(sql), returnId: true })) ?? [];
}

export const redrivePage = 1000;

/**
 * Sends dead jobs again, as new ones. pg-boss's own redrive leaves those out that a handler has heard of, and wakes
 * nobody.
 *
 * @returns how many, at most {@link redrivePage}
 */
export async function redrive(
  boss: PgBoss,
  tx: Transaction,
  queue: Queue,
  ids: readonly string[] | undefined,
): Promise<number> {
  const dead = await takeDead(tx, deadLetterOf(queue.name), ids, redrivePage);
  const jobs = dead.map(({ data, priority, key }) => ({
    data,
    priority,
    ...(key ? { singletonKey: key } : {}),
  }));
  if (jobs.length > 0) await boss.insert(queue.name, jobs, { db: sqlExecutor(tx) });
  return jobs.length;
}
