import { createHash } from "node:crypto";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Place } from "../databases.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { startAnswerGate } from "./answer-gate.ts";
import { type AnalysisClient, csvOf, formOf } from "./client.ts";
import { type PatientOrigin, startPatientOrigin } from "./patient-origin.ts";
import {
  assertNothingCounted,
  assertWhole,
  chunkRows,
  inspect,
  rowsAtOnce,
  startService,
} from "./service-process.ts";

const processes = 3;
const inCompany = { MAX_CONCURRENT_WORKERS: String(rowsAtOnce.inCompany) };
/** Each process is the start of a service, and machines are slow at times. */
const patient = { timeout: 120_000 };

leaveToSoak("a batch in several processes", () => {
  describeServer("a batch of three processes", (_server, place) => {
    test(
      "one fetch for each address, and the two that are left end what one began that kill -9 took away",
      patient,
      async () => {
        const where = await place();
        const origin = await startPatientOrigin();
        // A content for each chunk: nobody waits for what another one is asking the model.
        const urls = origin.addresses(56, chunkRows);
        const [one, victim, other] = await startThree(where);
        // Before that, in however many rows, chunks and processes an address is.
        await fetchedOnce(where, one.client);
        origin.answer(6);
        const { id } = await one.client.create(csvOf(...urls));
        await one.client.reached(id, { processed_count: 6 });
        await allAtWork(origin);
        await victim.kill();
        await until(() => expect(origin.givenUp().length).toBeGreaterThan(0));
        const lost = origin.givenUp();
        expect(lost.length).toBeLessThanOrEqual(rowsAtOnce.inCompany);
        await runOutLeases(where, id, urls, lost);
        origin.answer(1_000);
        await assertWhole(other.client, id, urls, origin);
        // The others' rows went on: only those of the killed one were fetched once more.
        expect(urls.map(origin.requests)).toEqual(urls.map((url) => (lost.includes(url) ? 2 : 1)));
        await inspect(where, (database) => assertNothingCounted(database, id));
      },
    );

    test(
      "a batch whose process died before it knew that it is stored: its key answers with it",
      patient,
      async () => {
        const where = await place();
        const origin = await startPatientOrigin();
        const urls = origin.addresses(10, 10);
        const csv = csvOf(...urls);
        const key = { "idempotency-key": "the-one-upload" };
        const database = await openMigrated(where);
        onTestFinished(() => database.close());
        const stored = async () => {
          const { rows } = await sql<{ id: string }>`
        select id from batches where visibility = 'visible'
      `.execute(database.sql);
          return rows[0]?.id ?? null;
        };
        const gate = await startAnswerGate(where.url ?? "", async () => (await stored()) !== null);
        const first = await startService({ ...where, url: gate.url });
        const answer = first.client.upload(formOf(csv), key).catch(() => null);
        await gate.reached;
        await first.kill();
        expect(await answer).toBeNull();

        const second = await startService(where);
        const again = await second.client.upload(formOf(csv), key);
        expect(again.status).toBe(201);
        expect(again.headers.get("idempotent-replayed")).toBe("true");
        const id = await stored();
        expect(again.body).toMatchObject({ data: { batch_id: id, batch_info: { total_urls: 10 } } });
        origin.answer(1_000);
        await assertWhole(second.client, id ?? "", urls, origin);
        expect((await second.client.list()).count).toBe(1);
      },
    );
  });

  /** Few contents, so that all processes ask for the same ones at the same time. */
  async function fetchedOnce(where: Place, client: AnalysisClient): Promise<void> {
    const origin = await startPatientOrigin();
    const distinct = origin.addresses(20, 10);
    const urls = Array.from({ length: 60 }, (_, row) => distinct[row % distinct.length] ?? "");
    const { id, duplicate_urls } = await client.create(csvOf(...urls));
    expect(duplicate_urls).toBe(40);
    await allAtWork(origin);
    origin.answer(1_000);
    await assertWhole(client, id, urls, origin);
    expect(distinct.map(origin.requests)).toEqual(distinct.map(() => 1));
    await inspect(where, (database) => assertNothingCounted(database, id));
  }

  /** Each with a folder of its own, as on machines of their own. */
  async function startThree(where: Place) {
    const start = (name: string) =>
      startService(where, { ...inCompany, DATA_DIR: join(where.dataDir, name) });
    return Promise.all([start("one"), start("two"), start("three")]);
  }

  /** No process has more rows under way than it may, so that all of them wait at the origin means that all are there. */
  const allAtWork = (origin: PatientOrigin) =>
    until(() => expect(origin.waiting().length).toBeGreaterThan((processes - 1) * rowsAtOnce.inCompany));

  /** A dead process renews no lease. That of an address is a minute: it is over at once, and so is that of the chunk. */
  async function runOutLeases(
    where: Place,
    batchId: string,
    urls: readonly string[],
    lost: readonly string[],
  ): Promise<void> {
    const keys = lost.map((url) => `analysis/address/${createHash("sha256").update(url).digest("hex")}`);
    const chunks = [...new Set(lost.map((url) => Math.floor(urls.indexOf(url) / chunkRows)))];
    await inspect(where, async (database) => {
      const work = await sql`
      update shared_work set leased_until = now() where key = any(${keys}::text[]) returning key
    `.execute(database.sql);
      expect(work.rows).toHaveLength(lost.length);
      const held = await sql`
      update chunks set leased_until = now()
      where batch_id = ${batchId} and number = any(${chunks}::integer[]) and state = 'processing' returning number
    `.execute(database.sql);
      expect(held.rows).toHaveLength(chunks.length);
    });
  }
});
