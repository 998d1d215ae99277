import { sql } from "kysely";
import { onTestFinished } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";

/** Makes everything that ever happened to a batch so many hours older. */
export async function age(database: Database, id: string, hours: number): Promise<void> {
  const shift = sql`${hours} * interval '1 hour'`;
  await sql`
    update batches set created_at = created_at - ${shift}, touched_at = touched_at - ${shift},
      started_at = started_at - ${shift}, served_at = served_at - ${shift}, window_at = window_at - ${shift},
      previous_at = previous_at - ${shift}, paused_at = paused_at - ${shift}
    where id = ${id}
  `.execute(database.sql);
  await sql`update chunks set started_at = started_at - ${shift} where batch_id = ${id}`.execute(
    database.sql,
  );
}

/** When the test ends nobody holds a chunk: whether somebody works is true of the whole database. */
export function endLeases(database: () => Database): void {
  onTestFinished(async () => {
    await sql`update chunks set leased_until = now() - interval '1 hour' where state = 'processing'`.execute(
      database().sql,
    );
  });
}
