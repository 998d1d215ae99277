import { sql } from "kysely";
import type { Database } from "../../src/platform/database/database.ts";

/** Whether no product of a request is begun for now. */
export async function isResting(database: Database, id: string): Promise<boolean> {
  const { rows } = await sql<{ rests: boolean }>`
    select coalesce(resting_until > now(), false) as rests from batches where id = ${id}
  `.execute(database.sql);
  return rows[0]?.rests ?? false;
}

/** As if the time were over; a service that knows it by itself has to end before. */
export async function endRests(database: Database, id: string): Promise<void> {
  await sql`update batches set resting_until = null where id = ${id}`.execute(database.sql);
  await sql`update chunks set not_before = null, later = '{}' where batch_id = ${id}`.execute(database.sql);
}
