import { createHash, randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeEngine } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { answerMicros, laneWorld, positions, wholeUsage } from "./batch-lane-world.ts";
import { output } from "./vision-conformance.ts";

describeEngine("the batch lane", (database) => {
  test("answers each question once, for half the price, and leaves nothing behind", async () => {
    const { start, ask, outcome, bills, batches, batchId, folder, jobsAre } = await laneWorld(database());
    const lane = await start();
    await Promise.all(positions(5).map((position) => ask(lane, position)));
    for (const position of positions(5))
      expect(await outcome(lane, position)).toMatchObject({
        as: "answered",
        described: { output, model: "gemini-3.5-flash-lite", usage: wholeUsage, costMicros: answerMicros },
        facts: { position },
        purpose: { batchId, position },
      });
    await jobsAre(lane, (jobs) => {
      expect(jobs.every(({ state, endedAt }) => state === "done" && endedAt !== null)).toBe(true);
      expect(jobs.reduce((sum, { answered }) => sum + answered, 0)).toBe(5);
    });
    expect(await bills()).toEqual({
      ...{ charged: 5 * answerMicros, booked: 5 * answerMicros, calls: 5, possiblyPaidTwice: 0 },
    });
    const [job] = batches.jobs;
    await until(() =>
      expect([job?.file, job?.output].map((file) => batches.file(file ?? ""))).toEqual([null, null]),
    );
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl"))).toEqual(
      [],
    );
  });

  test("stores the hash of what it read", async () => {
    const { start, ask, outcome, batches, batchId } = await laneWorld(database());
    const lane = await start();
    await ask(lane, 0);
    let hash = "";
    await until(async () => {
      await batches.advance();
      const file = batches.file(batches.jobs[0]?.output ?? "");
      if (file) hash = createHash("sha256").update(file).digest("hex");
      expect(hash).not.toBe("");
    });
    await outcome(lane, 0);
    await until(async () => {
      const { rows } =
        await sql`select output_sha256 as hash from model_jobs where batch_id = ${batchId}`.execute(
          database().sql,
        );
      expect(rows).toEqual([{ hash }]);
    });
  });

  test("loses no question between files that fill up, and asks none twice", async () => {
    const { start, ask, outcome, batches, bills } = await laneWorld(database());
    const lane = await start({ maxRequests: 7 });
    await Promise.all(positions(80).map((position) => ask(lane, position)));
    for (const position of positions(80))
      expect(await outcome(lane, position)).toMatchObject({ as: "answered" });
    const asked = batches.calls.map(({ image }) => image.sha256);
    expect([asked.length, new Set(asked).size]).toEqual([80, 80]);
    expect(await bills()).toMatchObject({
      charged: 80 * answerMicros,
      booked: 80 * answerMicros,
      calls: 80,
    });
  });

  test("asks once for one picture of many rows, batches and processes", async () => {
    const { start, ask, look, outcome, batches, bills } = await laneWorld(database());
    const lanes = [await start(), await start()];
    const other = randomUUID();
    await Promise.all(
      lanes.flatMap((lane) => positions(5).flatMap(() => [ask(lane, 1), ask(lane, 1, { of: other })])),
    );
    for (const lane of lanes) expect(await outcome(lane, 1)).toMatchObject({ as: "answered" });
    for (const lane of lanes) expect(await look(lane, 1, { of: other })).toMatchObject({ as: "answered" });
    expect(batches.calls).toHaveLength(1);
    expect(await bills(other)).toMatchObject({ charged: answerMicros, booked: answerMicros, calls: 1 });
  });

  test("counts what is waited for against the limit of its batch, and then what it has cost", async () => {
    const { start, ask, outcome, batchId, ledger } = await laneWorld(database());
    const lane = await start();
    expect(await lane.reservedMicros(batchId)).toBe(0);
    await ask(lane, 0);
    await ask(lane, 1);
    await until(async () => expect(await lane.reservedMicros(batchId)).toBeGreaterThan(0));
    for (const position of [0, 1]) await outcome(lane, position);
    await until(async () => expect(await lane.reservedMicros(batchId)).toBe(0));
    expect(await ledger.spent(batchId)).toMatchObject({ costMicros: 2 * answerMicros });
  });

  test("an answer that is too old for a row is asked for anew, and is as good as before for others", async () => {
    const { start, ask, look, outcome, batches } = await laneWorld(database());
    const lane = await start();
    await ask(lane, 0);
    await outcome(lane, 0);
    const since = new Date(Date.now() + 1);
    expect(await look(lane, 0, { since })).toBeNull();
    expect(await look(lane, 0)).toMatchObject({ as: "answered" });
    await ask(lane, 0, { since });
    await outcome(lane, 0);
    expect(batches.calls).toHaveLength(2);
  });
});

describeEngine(
  "a question of the batch lane that fails",
  (database) => {
    test.each([
      ["has an error that may pass", { error: { code: 14, message: "Unavailable." } }, "unavailable", 0],
      [
        "has an error of its own",
        { error: { code: 3, message: "Unable to process input image." } },
        "rejected",
        0,
      ],
      ["finds no room", { error: { code: 8, message: "Resource exhausted." } }, "unavailable", 0],
      ["has no line", "missing", "unavailable", 1],
      ["has a line that is cut", "cut", "unavailable", 1],
    ] as const)(
      "because it %s is told to its row, once, and may be asked again",
      async (_case, how, kind, paid) => {
        const { start, ask, look, outcome, idOf, batches, batchId, keyOf, bills } = await laneWorld(
          database(),
        );
        const lane = await start();
        await ask(lane, 0);
        await ask(lane, 1);
        const other = randomUUID();
        await ask(lane, 0, { of: other });
        batches.spoil(await idOf(0), how);
        await until(async () => {
          await batches.advance();
          expect(await look(lane, 0, { of: other })).toBeNull();
        });
        expect(await lane.look(keyOf(0), { batchId, position: 7 }, null)).toBeNull();
        expect(await look(lane, 0)).toMatchObject({ as: "failed", failure: { kind } });
        expect(await look(lane, 0)).toBeNull();
        expect(await outcome(lane, 1)).toMatchObject({ as: "answered" });
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        // What was billed without an answer to be had is no money that we know of, and is listed.
        const booked = 2 * answerMicros;
        const missing = how === "missing" || how === "cut" ? answerMicros : 0;
        expect(await bills(other)).toEqual({
          ...{ charged: booked + missing, booked, calls: 2 + paid, possiblyPaidTwice: paid },
        });
      },
    );

    test("because the model says nothing that fits is paid for", async () => {
      const { start, ask, outcome, gemini, bills } = await laneWorld(database());
      const lane = await start();
      gemini.answer({ kind: "output", output: { sign: 7 }, usage: wholeUsage });
      await ask(lane, 0);
      expect(await outcome(lane, 0)).toMatchObject({ as: "failed", failure: { kind: "invalid_output" } });
      expect(await bills()).toEqual({
        ...{ charged: answerMicros, booked: answerMicros, calls: 1, possiblyPaidTwice: 0 },
      });
    });

    test("is told apart from one that another model answered, which is kept", async () => {
      const { start, ask, outcome, gemini } = await laneWorld(database());
      const lane = await start();
      gemini.reroute("gemini-3.5-flash-lite", "gemini-3.8-flash");
      await ask(lane, 0);
      expect(await outcome(lane, 0)).toMatchObject({
        as: "answered",
        described: { model: "gemini-3.8-flash", output },
      });
    });
  },
  { ordinarily: "embedded" },
);
