import { request } from "node:http";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import type { Place } from "../databases.ts";
import { until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { temporaryDataDir } from "../world.ts";
import { csvOf, formOf } from "./client.ts";
import { type PatientOrigin, startPatientOrigin } from "./patient-origin.ts";
import {
  assertNothingCounted,
  assertWhole,
  chunkRows,
  inspect,
  modelAnswers,
  rowsAtOnce,
  startService,
} from "./service-process.ts";

const place = async (): Promise<Place> => ({ url: undefined, dataDir: await temporaryDataDir() });
/** Each is the start of a service two or three times, and machines are slow at times. */
const patient = { timeout: 120_000 };
/** What a kill may not take away: the model's answers, and the requests for each address that a result is stored for. */
async function kept(database: Database, urls: readonly string[], origin: PatientOrigin) {
  const { rows } = await sql<{ position: number }>`select position from results`.execute(database.sql);
  const finished = rows.map(({ position }) => urls[position] ?? "");
  return {
    answers: await modelAnswers(database),
    requests: new Map(finished.map((url) => [url, origin.requests(url)])),
  };
}

/** Longer than a test may take: what ends in time did not wait for it. */
const endless = { SHUTDOWN_GRACE_SECONDS: "3600" };

describe("a batch, embedded", () => {
  test(
    "goes on after kill -9: one result a row, nothing finished is fetched or asked again",
    patient,
    async () => {
      const where = await place();
      const origin = await startPatientOrigin();
      const distinct = origin.addresses(48, 8);
      // The last rows repeat addresses of the first.
      const urls = [...distinct, ...distinct.slice(0, 12)];

      const first = await startService(where);
      origin.answer(20);
      const { id } = await first.client.create(csvOf(...urls));
      // What was answered has its results, and everything else that is under way waits at the origin.
      await first.client.reached(id, { processed_count: 20, status: "processing" });
      await first.kill();
      const afterFirst = await inspect(where, (database) => kept(database, urls, origin));
      expect(afterFirst.requests.size).toBe(20);
      expect(Object.keys(afterFirst.answers).length).toBeGreaterThan(0);

      // The picture of this address is new: the process dies while the model looks at it.
      const unseen = distinct[40] ?? "";
      const second = await startService(where);
      // One after the other, so that not everything is over before the kill comes.
      let seen = false;
      void origin.answered(unseen).then(() => {
        seen = true;
      });
      await until(() => {
        if (!seen && origin.waiting().length > 0) origin.answer(1);
        expect(seen).toBe(true);
      });
      await second.kill();
      const afterSecond = await inspect(where, (database) => kept(database, urls, origin));
      expect(afterSecond.requests.size).toBeLessThan(distinct.length);

      const third = await startService(where);
      origin.answer(1_000);
      await assertWhole(third.client, id, urls, origin);
      expect(await third.terminate()).toBe(0);
      const afterAll = await inspect(where, async (database) => {
        await assertNothingCounted(database, id);
        return kept(database, urls, origin);
      });
      expect(Object.keys(afterAll.answers)).toHaveLength(6);
      for (const before of [afterFirst, afterSecond]) {
        expect(afterAll.answers).toMatchObject(before.answers);
        for (const [url, count] of before.requests) expect(origin.requests(url), url).toBe(count);
      }
      // What was under way, and what was not flushed yet, is fetched once more for each kill.
      expect(Math.max(...distinct.map(origin.requests))).toBeLessThanOrEqual(1 + 2);
    },
  );

  leaveToSoak("a batch that SIGTERM cuts off", () => {
    test(
      "is cut off by SIGTERM once the grace is over, which counts as no try of any row, and within it is left with every row under way finished",
      patient,
      async () => {
        const where = await place();
        const origin = await startPatientOrigin();
        const urls = origin.addresses(30, 15);
        const hasty = await startService(where, { SHUTDOWN_GRACE_SECONDS: "1" });
        const { id } = await hasty.client.create(csvOf(...urls));
        await until(() => expect(origin.waiting()).toHaveLength(rowsAtOnce.alone));
        expect(await hasty.terminate()).toBe(0);
        const cut = [...origin.givenUp()];
        expect(cut).toHaveLength(rowsAtOnce.alone);
        await inspect(where, async (database) => {
          await assertNothingCounted(database, id);
          const { rows } = await sql<{ state: string; deaths: number }>`
          select state, deaths from chunks where batch_id = ${id} order by number
        `.execute(database.sql);
          expect(rows).toEqual(Array(Math.ceil(30 / chunkRows)).fill({ state: "pending", deaths: 0 }));
        });

        const requestsSince = (url: string) => origin.requests(url) - (cut.includes(url) ? 1 : 0);
        const patientOne = await startService(where, endless);
        origin.answer(9);
        await patientOne.client.reached(id, { processed_count: 9 });
        const begun = 9 + origin.waiting().length;
        expect(begun).toBeLessThan(urls.length);
        patientOne.child.kill("SIGTERM");
        await patientOne.shown('"msg":"closing"');
        origin.answer(1_000);
        expect(await patientOne.ended).toMatchObject({ code: 0, signal: null });
        // Each of them was answered once and is kept; nothing more was begun.
        expect(urls.map(requestsSince).filter((count) => count > 0)).toEqual(Array(begun).fill(1));
        await inspect(where, async (database) => {
          await assertNothingCounted(database, id);
          const { rows } = await sql<{ processed: number; deaths: number }>`
          select succeeded as processed, (select sum(deaths)::int from chunks where batch_id = id) as deaths
          from batches where id = ${id}
        `.execute(database.sql);
          expect(rows).toEqual([{ processed: begun, deaths: 0 }]);
        });

        const last = await startService(where);
        await assertWhole(last.client, id, urls, origin);
        expect(urls.map(requestsSince)).toEqual(urls.map(() => 1));
      },
    );
  });
});

describe("an upload, embedded", () => {
  const key = { "idempotency-key": "the-one-upload" };

  test("that kill -9 interrupts leaves nothing to be seen, and its key is free", patient, async () => {
    const where = await place();
    const origin = await startPatientOrigin();
    const first = await startService(where);
    const boundary = "x";
    const { hostname, port } = new URL(first.baseUrl);
    const sending = request({
      ...{ hostname, port, path: "/api/v1/batches", method: "POST" },
      headers: { ...key, "content-type": `multipart/form-data; boundary=${boundary}` },
    });
    onTestFinished(() => void sending.destroy());
    const failed = new Promise((resolve) => sending.once("error", resolve));
    sending.write(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nurl,note\n`,
    );
    const rows = `http://127.0.0.1:1/a.png,${"n".repeat(16_000)}\n`.repeat(64);
    // Sockets hold little of what their reader has not asked for: once it is out of our hands, most of it was read.
    for (let megabyte = 0; megabyte < 12; megabyte += 1)
      await new Promise((resolve) => sending.write(rows, resolve));
    expect((await first.client.list()).count).toBe(0);
    await first.kill();
    await failed;
    const stored = await inspect(where, async (database) => {
      const { rows: found } = await sql<{ visibility: string; chunks: number }>`
        select visibility, (select count(*)::int from chunks where batch_id = id) as chunks from batches
      `.execute(database.sql);
      return found;
    });
    // It was killed in the middle: rows are stored, and hidden.
    expect(stored).toEqual([{ visibility: "creating", chunks: expect.any(Number) }]);
    expect(stored[0]?.chunks).toBeGreaterThan(0);

    const second = await startService(where);
    expect((await second.client.list()).count).toBe(0);
    origin.answer(1_000);
    const urls = origin.addresses(3, 3);
    const { id } = await second.client.create(csvOf(...urls), {}, { headers: key });
    await assertWhole(second.client, id, urls, origin);
    expect((await second.client.list()).batches.map(({ batch_id }) => batch_id)).toEqual([id]);
  });

  // With the very moment chosen, another test asks the same of a server.
  leaveToSoak("the key of an upload whose process is killed, embedded", () => {
    test(
      "whose process is killed as soon as its batch is there: its key answers with that batch",
      patient,
      async () => {
        const where = await place();
        const origin = await startPatientOrigin();
        const urls = origin.addresses(10, 10);
        const csv = csvOf(...urls);
        const first = await startService(where);
        const answering = first.client.upload(formOf(csv), key).catch(() => null);
        const visible = await until(async () => {
          const { batches } = await first.client.list();
          expect(batches).toHaveLength(1);
          return batches[0]?.batch_id;
        });
        await first.kill();
        await answering;

        const second = await startService(where);
        const again = await second.client.upload(formOf(csv), key);
        expect(again.status).toBe(201);
        expect(again.headers.get("idempotent-replayed")).toBe("true");
        expect(again.body).toMatchObject({ data: { batch_id: visible, batch_info: { total_urls: 10 } } });
        origin.answer(1_000);
        await assertWhole(second.client, visible ?? "", urls, origin);
        expect((await second.client.list()).count).toBe(1);
      },
    );
  });
});
