import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { claimChunk } from "../../src/engine/claim.ts";
import * as wire from "../../src/features/analysis/admin-schema.ts";
import { idWithin } from "../../src/features/analysis/answers.ts";
import { kindName } from "../../src/features/analysis/rows.kind.ts";
import { loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { openMigrated } from "../engine/databases.ts";
import { age } from "../engine/past.ts";
import { type AnalysisClient, accepted, analysisClient, csvOf, refused } from "./client.ts";
import { hurried } from "./world.ts";

/** A service without workers, so that every batch stays as the test puts it, and the database below it. */
function shareQueue(): () => { readonly client: AnalysisClient; readonly database: Database } {
  let shared: { client: AnalysisClient; database: Database } | undefined;
  let app: App | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fovea-admin-"));
    const database = await openMigrated({ url: undefined, dataDir: folder });
    const config = loadConfig({ DATA_DIR: folder, ...hurried, ROLE: "api", CHUNK_SIZE: "1" });
    app = await createApp(config, pino({ level: "silent" }), { database });
    const { port } = await app.listen();
    shared = { client: analysisClient(`http://127.0.0.1:${port}`), database };
  });
  afterAll(async () => {
    await app?.close(0);
    await shared?.database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (!shared) throw new Error("the service is started before the first test");
    return shared;
  };
}

const service = shareQueue();

/** Three rows, one to a chunk. */
const rows = csvOf("https://a.test/1.png", "https://a.test/2.png", "https://a.test/3.png");

const queued = async (name = "a batch") => (await service().client.create(rows, { batch_name: name })).id;

/** A queued batch of which nothing has happened for so many hours. */
async function idle(hours: number, name?: string): Promise<string> {
  const id = await queued(name);
  await age(service().database, id, hours);
  return id;
}

/** Takes the first chunk of a batch. @param leaseMs 0: and dies of it */
async function claim(id: string, leaseMs: number): Promise<void> {
  const { sql: database } = service().database;
  await sql`update batches set priority = 1 where id = ${id}`.execute(database);
  expect(await claimChunk(database, [kindName], leaseMs)).toMatchObject({ batchId: id });
  await sql`update batches set priority = 0 where id = ${id}`.execute(database);
}

const status = async () =>
  accepted(wire.queueStatusResponse, await service().client.get("/admin/queue/status")).data;

const cleanup = async (body?: object | string) =>
  accepted(wire.cleanupResponse, await service().client.post("/admin/queue/cleanup", body)).data;

/** What was recorded of a target, oldest first. */
async function recorded(target: string | null) {
  const { rows: entries } = await sql<{ action: string; details: unknown }>`
    select action, details from audit_log where target is not distinct from ${target} order by id
  `.execute(service().database.sql);
  return entries.filter(({ action }) => action.startsWith("admin."));
}

/** Every batch goes, so that a test counts its own. */
async function emptied(): Promise<void> {
  await sql`delete from chunks`.execute(service().database.sql);
  await sql`delete from batches`.execute(service().database.sql);
}

describe("GET /admin/queue/status", () => {
  test("of an empty queue says that all is well", async () => {
    await emptied();
    expect(await status()).toEqual({
      queue_stats: { pending: 0, processing: 0, retrying: 0, completed: 0, failed: 0 },
      total_stuck: 0,
      stuck_jobs: [],
      recommendations: ["Queue is operating normally"],
    });
  });

  test("counts chunks, and says when they wait for nobody", async () => {
    await emptied();
    const id = await queued();
    await sql`update chunks set state = 'retrying' where batch_id = ${id} and number = 2`.execute(
      service().database.sql,
    );
    expect(await status()).toMatchObject({
      queue_stats: { pending: 2, processing: 0, retrying: 1, completed: 0, failed: 0 },
      total_stuck: 0,
      recommendations: [expect.stringContaining("3 chunks wait and none is being worked on")],
    });
    await claim(id, 60_000);
    expect(await status()).toMatchObject({
      queue_stats: { pending: 1, processing: 1, retrying: 1 },
      recommendations: ["Queue is operating normally"],
    });
  });

  test("names what is stuck by the ids that the chunks of its batch have", async () => {
    await emptied();
    const id = await queued();
    await claim(id, 0);
    await age(service().database, id, 1);
    await sql`update chunks set deaths = 1, breakdowns = 1 where batch_id = ${id} and number = 0`.execute(
      service().database.sql,
    );
    const { total_stuck, stuck_jobs, recommendations } = await status();
    expect(total_stuck).toBe(3);
    const [created] = (await service().client.list()).batches;
    expect(stuck_jobs).toEqual(
      ["processing", "pending", "pending"].map((state, number) => ({
        job_id: idWithin(id, `chunk ${number}`),
        job_type: "chunk_processing",
        status: state,
        retry_count: number === 0 ? 2 : 0,
        batch_id: id,
        chunk_id: idWithin(id, `chunk ${number}`),
        created_at: created?.created_at,
      })),
    );
    expect(recommendations).toEqual([
      expect.stringContaining("start a process with ROLE=worker or ROLE=all"),
    ]);
  });
});

describe("POST /admin/queue/cleanup", () => {
  test("without a body ends what was idle for a day, and records it", async () => {
    await emptied();
    const old = await idle(25, "an old one");
    const young = await idle(23);
    const before = (await recorded(null)).length;
    expect(await cleanup()).toEqual({
      redis_removed_count: 3,
      db_reset_count: 1,
      kept_count: 3,
      removed_types: ["chunk_processing", "process_chunk"],
      cutoff_hours: 24,
      clean_database: true,
      dry_run: false,
      batches: [
        {
          batch_id: old,
          batch_name: "an old one",
          status: "queued",
          open_chunks: 3,
          last_activity: expect.any(String),
        },
      ],
    });
    expect((await service().client.details(old)).batch_info).toMatchObject({
      status: "cancelled",
      error_message: "Cleaned up by an administrator: nothing of it was worked on for 24 hours.",
    });
    expect((await service().client.details(young)).batch_info).toMatchObject({
      status: "queued",
      error_message: null,
    });
    expect(await recorded(old)).toEqual([{ action: "admin.cleanup", details: { chunks: 3, was: "queued" } }]);
    expect((await recorded(null)).slice(before)).toEqual([
      {
        action: "admin.cleanup",
        details: { max_age_hours: 24, clean_database: true, batches: 1, chunks: 3, kept: 3 },
      },
    ]);
  });

  test("says in a dry run what it would do, and does nothing", async () => {
    await emptied();
    const id = await idle(25);
    const before = (await recorded(null)).length;
    const foretold = await cleanup({ dry_run: true });
    expect(foretold).toMatchObject({
      redis_removed_count: 3,
      db_reset_count: 1,
      kept_count: 0,
      dry_run: true,
    });
    expect(await service().client.progress(id)).toMatchObject({ status: "queued" });
    expect(await recorded(id)).toEqual([]);
    expect(await recorded(null)).toHaveLength(before);
    expect(await cleanup({})).toEqual({ ...foretold, dry_run: false });
  });

  test("never touches what a worker holds, nor what is paused, at any age", async () => {
    await emptied();
    const held = await idle(100);
    await claim(held, 60_000);
    const paused = await idle(100);
    await service().client.post(`/api/v1/batches/${paused}/pause`);
    await age(service().database, held, 100);
    await age(service().database, paused, 100);
    expect(await cleanup({ max_age_hours: 0 })).toMatchObject({
      db_reset_count: 0,
      kept_count: 3,
      batches: [],
    });
    expect(await service().client.progress(held)).toMatchObject({ status: "processing" });
    expect(await service().client.progress(paused)).toMatchObject({ status: "paused" });
  });

  test("with clean_database=false gives back what dead workers hold, and cancels nothing", async () => {
    await emptied();
    const id = await queued();
    await claim(id, 0);
    await age(service().database, id, 2);
    expect(await cleanup({ max_age_hours: 1, clean_database: false })).toMatchObject({
      redis_removed_count: 1,
      db_reset_count: 0,
      kept_count: 2,
      cutoff_hours: 1,
      clean_database: false,
      batches: [{ batch_id: id, status: "processing", open_chunks: 1 }],
    });
    expect(await service().client.progress(id)).toMatchObject({ status: "processing", error_message: null });
    expect((await status()).queue_stats).toMatchObject({ pending: 3, processing: 0 });
  });

  test.each([
    [undefined, ["chunk_processing", "process_chunk"]],
    [["process_chunk", "finalize_batch"], ["process_chunk"]],
    [["chunk_processing"], ["chunk_processing"]],
    [["finalize_batch", "unheard_of"], []],
    [[], []],
  ])("of the job types %j it has %j", async (jobTypes, removedTypes) => {
    await emptied();
    const id = await idle(25);
    const cleaned = await cleanup(jobTypes ? { job_types: jobTypes } : {});
    const any = removedTypes.length > 0;
    expect(cleaned).toMatchObject({
      removed_types: removedTypes,
      redis_removed_count: any ? 3 : 0,
      db_reset_count: any ? 1 : 0,
      kept_count: any ? 0 : 3,
      dry_run: false,
    });
    expect(cleaned.batches).toHaveLength(any ? 1 : 0);
    expect(await service().client.progress(id)).toMatchObject({ status: any ? "cancelled" : "queued" });
  });

  test.each([
    [{ job_types: "chunk_processing" }, "job_types"],
    [{ job_types: [1] }, "job_types"],
    [{ max_age_hours: -1 }, "max_age_hours"],
    [{ max_age_hours: "24" }, "max_age_hours"],
    [{ max_age_hours: 1e9 }, "max_age_hours"],
    [{ clean_database: "no" }, "clean_database"],
    [{ dry_run: 1 }, "dry_run"],
  ])("refuses %j and touches nothing", async (body, field) => {
    await emptied();
    const id = await idle(100);
    const text = refused(await service().client.post("/admin/queue/cleanup", body), 400, "validation_error");
    expect(text).toContain(field);
    expect(await service().client.progress(id)).toMatchObject({ status: "queued" });
  });

  test("with JSON as its content type and nothing in it is the same as with {}", async () => {
    await emptied();
    const answer = await service().client.post("/admin/queue/cleanup", "", {
      "content-type": "application/json",
    });
    expect(accepted(wire.cleanupResponse, answer).data).toMatchObject({
      cutoff_hours: 24,
      db_reset_count: 0,
    });
  });
});

describe("POST /admin/batch/:batch_id/reset", () => {
  const reset = (id: string, body?: object) => service().client.post(`/admin/batch/${id}/reset`, body);

  test("takes a batch back to its beginning, and records it", async () => {
    const id = await queued();
    await claim(id, 60_000);
    const { data } = accepted(wire.resetResponse, await reset(id));
    expect(data).toEqual({
      success: true,
      message: expect.any(String),
      reset_chunks: 3,
      batch_status: "pending",
      dry_run: false,
      batch_name: "a batch",
      was: "processing",
      removed_results: 0,
    });
    expect(await service().client.progress(id)).toMatchObject({ status: "pending", processed_count: 0 });
    expect(await recorded(id)).toEqual([
      { action: "admin.reset", details: { force: false, was: "processing", results: 0 } },
    ]);
  });

  test("of a batch that has ended needs force", async () => {
    const id = await idle(25);
    await cleanup();
    const text = refused(await reset(id, { force: false }), 400, "batch_state");
    expect(text).toContain("cancelled");
    expect(await recorded(id)).toMatchObject([{ action: "admin.cleanup" }]);
    accepted(wire.resetResponse, await reset(id, { force: true }));
    const { batch_info } = await service().client.details(id);
    expect(batch_info).toMatchObject({ status: "pending", error_message: null, completed_at: null });
  });

  test("a dry run changes nothing, and is refused where the reset would be", async () => {
    const id = await idle(25);
    await claim(id, 60_000);
    const { data } = accepted(wire.resetResponse, await reset(id, { dry_run: true }));
    expect(data).toMatchObject({ reset_chunks: 3, dry_run: true, was: "processing", removed_results: 0 });
    expect(await service().client.progress(id)).toMatchObject({ status: "processing" });
    expect(await recorded(id)).toEqual([]);

    const ended = await idle(25);
    await cleanup();
    expect(refused(await reset(ended, { dry_run: true }), 400, "batch_state")).toContain("cancelled");
    accepted(wire.resetResponse, await reset(ended, { dry_run: true, force: true }));
    expect(await service().client.progress(ended)).toMatchObject({ status: "cancelled" });
  });

  test("of a batch that there is not is a 404", async () => {
    refused(await reset(crypto.randomUUID()), 404, "batch_not_found");
    refused(await reset("no-id", { force: true }), 404, "batch_not_found");
    refused(await reset(await queued(), { force: "yes" }), 400, "validation_error");
  });
});
