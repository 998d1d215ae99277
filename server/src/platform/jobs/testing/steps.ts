import { sql } from "kysely";
import { z } from "zod";
import type { Database } from "../../database/database.ts";
import type { Transaction } from "../../database/sql.ts";
import { defineQueue } from "../queue.ts";

/** The queue of the tests. */
export const steps = defineQueue("steps", {
  schema: z.object({ n: z.number().int() }),
  concurrency: 2,
  retryLimit: 2,
  retryBaseMs: 20,
});

/** A row for each effect: the primary key refuses the second one of a job. */
export async function createEffects({ sql: database }: Database): Promise<void> {
  await sql`create table effects (n int primary key, attempt int not null)`.execute(database);
}

export async function addEffect(tx: Transaction, n: number, attempt: number): Promise<void> {
  await sql`insert into effects (n, attempt) values (${n}, ${attempt})`.execute(tx);
}

export async function effects({
  sql: database,
}: Database): Promise<readonly { n: number; attempt: number }[]> {
  const { rows } = await sql<{
    n: number;
    attempt: number;
  }>`select n, attempt from effects order by n`.execute(database);
  return rows;
}
