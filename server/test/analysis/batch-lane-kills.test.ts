import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { describeDatabase, type Place } from "../databases.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import type { BatchOperation } from "../simulators/gemini-batch-routes.ts";
import type { Disturbance } from "../simulators/gemini-batches.ts";
import { csvOf } from "./client.ts";
import { allAnswered, startHostedRun, tokensOf } from "./hosted-run.ts";
import { inspect, startService } from "./service-process.ts";

/** Each kill is a start of a service, and machines are slow at times. */
const patient = { timeout: 180_000 };
const rows = 40;

/** A moment, and what of the provider's API is asked for once more after it. */
const moments: readonly (readonly [
  moment: string,
  operation: BatchOperation,
  how: Disturbance,
  submits: number,
  uploads: number,
])[] = [
  ["is uploading", "upload_part", { fault: { kind: "hang" }, bytes: 1_000 }, 1, 2],
  ["has uploaded, and nobody wrote it down", "upload_part", { fault: { kind: "hang" }, done: true }, 1, 2],
  ["asks for the job, which does not exist", "submit", { fault: { kind: "hang" } }, 2, 1],
  ["asks for the job, which exists", "submit", { fault: { kind: "hang" }, done: true }, 1, 1],
  ["looks at the job", "status", { fault: { kind: "hang" } }, 1, 1],
  ["reads answers", "download", { bytes: 9_000, isSilent: true }, 1, 1],
  ["clears up", "delete", { fault: { kind: "hang" } }, 1, 1],
];

/** The rest are for `npm run soak`: each takes some seconds. */
const worst = "asks for the job, which exists";
const soak = process.env["SOAK"] === "1";
const tested = soak ? moments : moments.filter(([moment]) => moment === worst);

leaveToSoak("a batch of the batch lane that kills interrupt", () => {
  describeDatabase(
    "a batch of the batch lane, with kill -9",
    (underTest) => {
      test.each(tested)("while its process %s, is answered and paid once", patient, async (...moment) => {
        const [, operation, how, submits, uploads] = moment;
        const place = await underTest.place();
        const run = await startHostedRun({ rows });
        const { gemini } = run;
        const environment = {
          ...run.environment,
          // All rows in one job.
          ...{
            GEMINI_BATCH_FILL_SECONDS: "5",
            GEMINI_BATCH_ROWS: String(rows),
            GEMINI_BATCH_POLL_SECONDS: "1",
          },
          MAX_CONCURRENT_REQUESTS: "20",
        };
        gemini.batches.disturb(operation, how);
        const timer = setInterval(() => void gemini.batches.advance(), 100);
        onTestFinished(() => clearInterval(timer));
        const first = await startService(place, environment);
        const { id } = await first.client.create(csvOf(...run.urls), { lane: "batch" });
        await until(() => expect(gemini.batches.operations).toContain(operation));
        await first.kill();
        await endLeases(place);

        const second = await startService(place, environment);
        await allAnswered(second.client, id);
        const { usage } = await second.client.details(id);
        expect(await second.terminate()).toBe(0);

        const asked = (what: BatchOperation) =>
          gemini.batches.operations.filter((each) => each === what).length;
        expect({ submits: asked("submit"), uploads: asked("upload_start") }).toEqual({ submits, uploads });
        expect(gemini.batches.jobs).toHaveLength(1);
        const hashes = gemini.batches.calls.map(({ image }) => image.sha256);
        expect(hashes.toSorted()).toEqual(run.hashes.toSorted());
        const micros = run.hashes.map(halfPrice);
        expect(usage).toMatchObject({
          ...{ calls: rows, possibly_paid_twice: 0 },
          estimated_cost_usd: micros.reduce((sum, each) => sum + each, 0) / 1e6,
        });
        await inspect(place, async (database) => {
          const calls = await sql<{ position: number; outcome: string; micros: number }>`
        select position, outcome, cost_micros as micros from model_calls where batch_id = ${id} order by position
      `.execute(database.sql);
          expect(calls.rows).toEqual(
            micros.map((each, position) => ({ position, outcome: "answered", micros: each })),
          );
          const results = await sql<{ position: number; said: string }>`
        select position, output -> 'analysis' ->> 'image_description' as said from results
        where batch_id = ${id} order by position
      `.execute(database.sql);
          expect(results.rows).toEqual(run.hashes.map((said, position) => ({ position, said })));
          const tries = await sql`select 1 from attempts where batch_id = ${id}`.execute(database.sql);
          expect(tries.rows).toEqual([]);
        });
      });

      if (!soak) return;

      test("while its rows are gathered, asks for all of them", patient, async () => {
        const place = await underTest.place();
        const run = await startHostedRun({ rows });
        const { gemini } = run;
        const environment = { ...run.environment, GEMINI_BATCH_POLL_SECONDS: "1" };
        const first = await startService(place, { ...environment, GEMINI_BATCH_FILL_SECONDS: "3600" });
        const { id } = await first.client.create(csvOf(...run.urls), { lane: "batch" });
        await until(async () => {
          const { body } = await first.client.get(`/api/v1/batches/${id}/jobs`);
          expect(body).toMatchObject({ data: { jobs: [{ status: "filling", request_count: rows }] } });
        });
        await first.kill();
        await endLeases(place);
        expect(gemini.batches.operations).toEqual([]);

        const timer = setInterval(() => void gemini.batches.advance(), 100);
        onTestFinished(() => clearInterval(timer));
        await clearRests(place);
        const second = await startService(place, { ...environment, GEMINI_BATCH_FILL_SECONDS: "1" });
        await allAnswered(second.client, id);
        expect((await second.client.details(id)).usage).toMatchObject({
          calls: rows,
          possibly_paid_twice: 0,
        });
        expect(await second.terminate()).toBe(0);
        expect(gemini.batches.calls.map(({ image }) => image.sha256).toSorted()).toEqual(
          run.hashes.toSorted(),
        );
      });

      test(
        "not at all, but with an orderly end while it uploads, begins again and is paid once",
        patient,
        async () => {
          const place = await underTest.place();
          const run = await startHostedRun({ rows });
          const { gemini } = run;
          const environment = {
            ...run.environment,
            GEMINI_BATCH_FILL_SECONDS: "1",
            GEMINI_BATCH_POLL_SECONDS: "1",
          };
          gemini.batches.disturb("upload_part", { fault: { kind: "hang" }, bytes: 1_000 });
          const first = await startService(place, environment);
          const { id } = await first.client.create(csvOf(...run.urls), { lane: "batch" });
          await until(() => expect(gemini.batches.operations).toContain("upload_part"));
          expect(await first.terminate()).toBe(0);
          await inspect(place, async (database) => {
            const { rows: left } = await sql`select 1 from model_jobs`.execute(database.sql);
            expect(left).toEqual([]);
          });
          const timer = setInterval(() => void gemini.batches.advance(), 100);
          onTestFinished(() => clearInterval(timer));
          const second = await startService(place, environment);
          await allAnswered(second.client, id);
          expect((await second.client.details(id)).usage).toMatchObject({
            calls: rows,
            possibly_paid_twice: 0,
          });
          expect(await second.terminate()).toBe(0);
        },
      );
    },
    { ordinarily: "embedded" },
  );

  /** Micro-dollars of a picture in the batch lane, rounded half up: the prices have one decimal. */
  function halfPrice(hash: string): number {
    const { inputTokens, outputTokens } = tokensOf(hash);
    return Math.floor((3 * inputTokens + 25 * outputTokens + 10) / 20);
  }

  /** A dead process renews no lease: here its leases are over at once. Embedded, the next start sees that itself. */
  async function endLeases(place: Place): Promise<void> {
    if (place.url === undefined) return;
    await inspect(place, async ({ sql: database }) => {
      await until(async () => {
        const { rows: others } = await sql`
        select 1 from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
          and state <> 'idle' and pid <> pg_backend_pid()
      `.execute(database);
        expect(others).toEqual([]);
      });
      await sql`update chunks set leased_until = now() where state = 'processing'`.execute(database);
      await sql`update shared_work set leased_until = now() where lease_token is not null`.execute(database);
      await sql`update model_jobs set leased_until = now() where lease_token is not null`.execute(database);
    });
  }

  /** Rows rest for as long as files are filled: an hour, here. */
  const clearRests = (place: Place) =>
    inspect(place, async ({ sql: database }) => {
      await sql`update chunks set not_before = null, later = '{}'`.execute(database);
    });
});
