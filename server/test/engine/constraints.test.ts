import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeEngine } from "./databases.ts";
import { createWorld } from "./world.ts";

describeEngine("a row that contradicts itself is refused", (database) => {
  test.each([
    "state = 'unheard_of'",
    "visibility = 'unheard_of'",
    "succeeded = -1",
    "failed = -1",
    "succeeded = 3",
    "succeeded = 2, failed = 1",
    "chunks_completed = 2",
    "chunks_completed = 1, chunks_failed = 1",
    "chunks_failed = -1",
    "state = 'completed'",
    "state = 'failed'",
    "state = 'cancelled'",
    "completed_at = now()",
    "state = 'paused'",
    "paused_at = now()",
    "reason = 'It waits.'",
    "state = 'processing'",
    "state = 'queued', visibility = 'creating'",
    "deleted_at = now()",
    "paused_ms = -1",
  ])("batches: %s", async (change) => {
    const id = await createWorld(database()).write([1, 2]);
    await expect(
      sql`update batches set ${sql.raw(change)} where id = ${id}`.execute(database().sql),
    ).rejects.toThrow("check constraint");
  });

  test.each([
    "state = 'unheard_of'",
    "state = 'processing'",
    "lease_token = gen_random_uuid()",
    "leased_until = now()",
    "state = 'processing', lease_token = gen_random_uuid()",
    "state = 'completed'",
    "succeeded = 2",
    "succeeded = 3",
    "succeeded = 2, failed = -1",
    "size = 0",
    "state = 'failed'",
    "completed_at = now()",
  ])("chunks: %s", async (change) => {
    const id = await createWorld(database()).write([1, 2]);
    await expect(
      sql`update chunks set ${sql.raw(change)} where batch_id = ${id}`.execute(database().sql),
    ).rejects.toThrow("check constraint");
  });

  test.each([
    ["results", "succeeded, code", "true, 'odd'"],
    ["results", "succeeded, code", "false, null"],
  ])("%s: %s is %s", async (_table, columns, values) => {
    await expect(
      sql`
        insert into results (batch_id, position, took_ms, created_at, ${sql.raw(columns)})
        values (${randomUUID()}, 0, 1, now(), ${sql.raw(values)})
      `.execute(database().sql),
    ).rejects.toThrow("check constraint");
  });

  test.each([
    "done_at = now()",
    "value = '1'",
    "lease_token = null",
    "leased_until = null",
    "lease_token = null, leased_until = null",
    "value = '1', done_at = now(), lease_token = null",
  ])("shared work: %s", async (change) => {
    const key = randomUUID();
    await sql`
      insert into shared_work (key, lease_token, leased_until) values (${key}, gen_random_uuid(), now())
    `.execute(database().sql);
    await expect(
      sql`update shared_work set ${sql.raw(change)} where key = ${key}`.execute(database().sql),
    ).rejects.toThrow("check constraint");
  });
});
