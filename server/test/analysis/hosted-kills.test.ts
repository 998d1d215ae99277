import { createHash } from "node:crypto";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { expect, test } from "vitest";
import { describeDatabase, type Place } from "../databases.ts";
import { describeServer } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { seededRandom } from "../pictures.ts";
import { assertBooksAgree, assertEachAnswered, billOf, readOurBooks } from "./both-books.ts";
import { csvOf } from "./client.ts";
import {
  allAnswered,
  booksClosed,
  type HostedRun,
  holdAnswers,
  labelOf,
  startHostedRun,
} from "./hosted-run.ts";
import { chunkRows, inspect, modelAnswers, rowsAtOnce, startService } from "./service-process.ts";

/** `npm run soak`: 3,000 rows, at a limit that the provider holds us to. */
const soak = process.env["SOAK"] === "1";
const seed = Number(process.env["SOAK_SEED"] ?? 1);
/** Each kill is a start of a service, and machines are slow at times. */
const patient = { timeout: soak ? 1_800_000 : 300_000 };

// Ordinarily this one embedded and the last one on a server: what a kill does to each is asked elsewhere too.
describeDatabase(
  "a batch of a hosted model that kill -9 interrupts",
  (underTest) => {
    test(
      "asks again for what the model was looking at, lists that, and repeats nothing else",
      patient,
      async () => {
        const place = await underTest.place();
        const run = await startHostedRun({ rows: 40 });
        const { gemini, hashes } = run;
        const answers = holdAnswers(gemini);
        const first = await startService(place, run.environment);
        answers.answer(12);
        const { id } = await first.client.create(csvOf(...run.urls));
        await first.client.reached(id, { processed_count: 12 });
        const early = gemini.calls.map((call) => hashes.indexOf(call?.image.sha256 ?? "")).slice(0, 12);
        // Each comes a flush after the one before. Ends of calls take one: only those of the last answers may be missing.
        for (let processed = 13; processed <= 16; processed += 1) {
          answers.answer(1);
          await first.client.reached(id, { processed_count: processed });
        }
        await until(() => expect(answers.held()).toHaveLength(rowsAtOnce.alone));
        const held = answers.held().map((hash) => hashes.indexOf(hash));
        await first.kill();
        await endLeases(place);

        answers.answer(1_000);
        const second = await startService(place, run.environment);
        await allAnswered(second.client, id);
        await assertEachAnswered(second.client, id, run);
        const { usage } = await second.client.details(id);
        expect(await second.terminate()).toBe(0);
        await booksClosed(gemini);

        const ours = await readOurBooks(place, id);
        const again = assertBooksAgree(run, ours);
        expect(again.toSorted(byNumber)).toEqual(held.toSorted(byNumber));
        // All requests had arrived, so no call is in one of the books only.
        const calls = run.urls.length + held.length;
        expect(ours.total.calls).toBe(calls);
        expect(billOf(run).requests).toBe(calls);
        expect(usage).toMatchObject({ calls, possibly_paid_twice: ours.unanswered.length });
        expect(usage.possibly_paid_twice_calls).toHaveLength(ours.unanswered.length);
        const listed = usage.possibly_paid_twice_calls.map((call) => ({
          ...call,
          position: (call.row ?? 0) - 1,
        }));
        expect(listed.filter(({ asked_again }) => asked_again).map(({ position }) => position)).toEqual(
          held.toSorted(byNumber),
        );
        for (const { position, api_key_used, outcome } of listed) {
          const entry = gemini.books.entries.find(({ image }) => image === hashes[position]);
          expect({ api_key_used, outcome }).toEqual({
            api_key_used: labelOf(entry?.key ?? ""),
            outcome: "lost",
          });
          expect(early).not.toContain(position);
        }
      },
    );
  },
  { ordinarily: "embedded" },
);

// Ordinarily the chosen moments above and below are enough, of which each asks the same of both books.
leaveToSoak("kills of a hosted model's batch at random", () =>
  describeDatabase("a batch of a hosted model that kill -9 interrupts at random", (underTest) => {
    const { rows, kills, atOnce } = { rows: 3_000, kills: 9, atOnce: 48 };
    test(
      `${kills} times in ${rows} rows repeats what was under way at most, and lists it`,
      patient,
      async () => {
        const place = await underTest.place();
        const perMinute = { requestsPerMinute: 600, requestsPerDay: null, inputTokensPerMinute: null };
        const run = await startHostedRun({
          rows,
          requestsPerMinute: perMinute.requestsPerMinute,
          limits: perMinute,
          latency: { fromMs: 150, toMs: 1_500, seed },
        });
        const { gemini } = run;
        const environment = {
          ...run.environment,
          // Small chunks: one that a kill hits three times is taken for the cause.
          ...{ CHUNK_SIZE: "25", MAX_CONCURRENT_REQUESTS: String(atOnce / 4) },
          MAX_CONCURRENT_WORKERS: String(atOnce),
        };
        const random = seededRandom(seed);
        const kept: ReadonlyMap<string, number>[] = [];
        let service = await startService(place, environment);
        const { id } = await service.client.create(csvOf(...run.urls));
        for (let kill = 1; kill <= kills; kill += 1) {
          // At the arrival of some request: everything else may be doing anything then.
          await gemini.arrived(Math.round((rows * (kill - random() / 2)) / (kills + 1)));
          await service.kill();
          await endLeases(place);
          kept.push(await requestsOfKept(place, run));
          service = await startService(place, environment);
        }
        await allAnswered(service.client, id, patient.timeout);
        await assertEachAnswered(service.client, id, run);
        expect(await service.terminate()).toBe(0);
        await booksClosed(gemini);

        expect(gemini.books.violations()).toBe(0);
        const ours = await readOurBooks(place, id);
        const again = assertBooksAgree(run, ours);
        // What is under way is asked of the provider, or on its way into the database: no row goes on before it is there.
        expect(again.length).toBeLessThanOrEqual(kills * atOnce);
        expect(again.length).toBeGreaterThan(0);
        for (const before of kept) {
          expect(before.size).toBeGreaterThan(0);
          for (const [hash, requests] of before) expect(requestsFor(run, hash), hash).toBe(requests);
        }
      },
    );
  }),
);

describeServer("a batch of a hosted model in two processes", (_server, place) => {
  leaveToSoak("two processes with a hosted model, one of which is killed", () => {
    test(
      "one of which kill -9 takes away: the other asks again for what that one was asking",
      patient,
      async () => {
        const where = await place();
        const run = await startHostedRun({ rows: 30 });
        const { gemini, hashes, urls } = run;
        const answers = holdAnswers(gemini);
        const start = (name: string) =>
          startService(where, {
            ...run.environment,
            ...{ DATA_DIR: join(where.dataDir, name), MAX_CONCURRENT_WORKERS: String(rowsAtOnce.inCompany) },
          });
        const victim = await start("victim");
        const { id } = await victim.client.create(csvOf(...urls));
        await until(() => expect(answers.held()).toHaveLength(rowsAtOnce.inCompany));
        const lost = answers.held().map((hash) => hashes.indexOf(hash));
        const other = await start("other");
        await until(() => expect(answers.held()).toHaveLength(2 * rowsAtOnce.inCompany));
        await victim.kill();
        await endLeasesOf(where, id, run, lost);

        answers.answer(1_000);
        await allAnswered(other.client, id);
        await assertEachAnswered(other.client, id, run);
        expect(await other.terminate()).toBe(0);
        await booksClosed(gemini);
        const ours = await readOurBooks(where, id);
        expect(assertBooksAgree(run, ours).toSorted(byNumber)).toEqual(lost.toSorted(byNumber));
        expect(ours.total).toMatchObject({
          calls: urls.length + lost.length,
          possiblyPaidTwice: lost.length,
        });
      },
    );
  });
});

const byNumber = (a: number, b: number) => a - b;

const requestsFor = ({ gemini }: HostedRun, hash: string) =>
  gemini.books.entries.filter(({ image }) => image === hash).length;

/** How often the provider was asked for each picture whose answer, or result, is stored. */
const requestsOfKept = (place: Place, run: HostedRun) =>
  inspect(place, async (database) => {
    const answers = Object.keys(await modelAnswers(database)).map((key) => key.split("/")[2] ?? "");
    const { rows } = await sql<{ position: number }>`select position from results`.execute(database.sql);
    const results = rows.map(({ position }) => run.hashes[position] ?? "");
    return new Map([...answers, ...results].map((hash) => [hash, requestsFor(run, hash)] as const));
  });

/** A dead process renews no lease: here its leases are over at once. Embedded, the next start sees that itself. */
async function endLeases({ url }: Place): Promise<void> {
  if (url === undefined) return;
  const client = new Client(url);
  await client.connect();
  // What it sent last is still carried out, and may renew one.
  await until(async () => {
    const { rows } = await client.query(
      "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
    expect(rows).toEqual([]);
  });
  await client.query("update chunks set leased_until = now() where state = 'processing'");
  await client.query("update shared_work set leased_until = now() where lease_token is not null");
  await client.query("update model_processes set leased_until = now()");
  await client.end();
}

/** Those of the one process among others that had these rows under way. */
const endLeasesOf = (place: Place, batchId: string, { urls, hashes }: HostedRun, rows: readonly number[]) =>
  inspect(place, async (database) => {
    const addresses = rows.map((row) =>
      createHash("sha256")
        .update(urls[row] ?? "")
        .digest("hex"),
    );
    const names = [...addresses, ...rows.map((row) => hashes[row])];
    const work = await sql`
      update shared_work set leased_until = now()
      where lease_token is not null and split_part(key, '/', 3) = any(${names}::text[]) returning key
    `.execute(database.sql);
    expect(work.rows.length).toBeGreaterThanOrEqual(rows.length);
    const chunks = [...new Set(rows.map((row) => Math.floor(row / chunkRows)))];
    await sql`
      update chunks set leased_until = now() where batch_id = ${batchId} and number = any(${chunks}::integer[])
    `.execute(database.sql);
    const { rows: processes } = await sql`
      update model_processes set leased_until = now() where id in (
        select process from model_calls where batch_id = ${batchId} and position = any(${rows}::integer[])
      ) returning id
    `.execute(database.sql);
    expect(processes).toHaveLength(1);
  });
