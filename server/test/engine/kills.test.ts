import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Json } from "../../src/engine/kind.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { type DatabaseUnderTest, describeDatabase } from "../databases.ts";
import { seededRandom } from "../pictures.ts";
import { assertConsistent } from "./consistent.ts";
import { killableBatch } from "./worker.ts";
import { numbers } from "./world.ts";

/** `npm run soak` has them all. */
const soak = process.env["SOAK"] === "1";
const rounds = Number(process.env["SOAK_ROUNDS"] ?? (soak ? 50 : 2));
const seed = Number(process.env["SOAK_SEED"] ?? 1);
/** Each kill is a start of a process, and machines are slow at times. */
const patient = { timeout: soak ? 3_600_000 : 180_000 };

/** One of each thing that an item can do, so that a slice sends every statement it has. */
const mixed: readonly Json[] = numbers(12).map(
  (n) => ["fail", "later", "once-a", n, n, "once-b", "fail", n, "once-a", "later", n, n][n] as Json,
);

/** Whatever was stored until now, and nothing else, is in the amount of the batch. */
async function assertAddedUp(database: Database, id: string) {
  const { rows } = await sql<{ amount: number; sum: number; stored: number }>`
    select amount, coalesce(sum((output ->> 'amount')::int), 0) as sum, count(output) as stored
    from batches left join results on batch_id = id where id = ${id} group by id
  `.execute(database.sql);
  expect(rows[0]?.amount, `of ${rows[0]?.stored} results`).toBe(rows[0]?.sum);
}

async function outcome(database: Database, id: string) {
  await assertConsistent(database, id);
  await assertAddedUp(database, id);
  const batch = await sql<{ state: string; succeeded: number; failed: number }>`
    select state, succeeded, failed from batches where id = ${id}
  `.execute(database.sql);
  const results = await sql<{ position: number; code: string | null }>`
    select position, code from results where batch_id = ${id} order by position
  `.execute(database.sql);
  const tries = await sql<{ position: number; number: number }>`
    select position, number from attempts where batch_id = ${id} order by position, number
  `.execute(database.sql);
  return { ...batch.rows[0], results: results.rows, tries: tries.rows };
}

const whole = {
  state: "completed",
  succeeded: 10,
  failed: 2,
  results: numbers(12).map((position) => ({ position, code: position % 6 === 0 ? "ordered" : null })),
  tries: [1, 9].map((position) => ({ position, number: 1 })),
};

/** @returns false once the process ended the batch before it came to the statement */
async function killAtStatement(underTest: DatabaseUnderTest, statement: number, when: "before" | "after") {
  const batch = await killableBatch(await underTest.place(), mixed, 6);
  const reached = !(await batch.work({ slots: 1, killAt: { statement, when } }));
  expect(await batch.work()).toBe(true);
  expect(await batch.inspect((database) => outcome(database, batch.id))).toEqual(whole);
  // Once before the kill and once after it; two of them ask for another time once more.
  for (const [position, calls] of batch.calls().entries())
    expect(calls, `calls for item ${position}`).toBeLessThanOrEqual(position === 1 || position === 9 ? 3 : 2);
  return reached;
}

describeDatabase(
  "a process that is killed",
  (underTest) => {
    // The statements are the same on both databases.
    test.skipIf(soak || underTest.engine === "embedded").each([
      ["before", 5],
      ["after", 9],
    ] as const)("%s its statement %i: every item is there once", async (when, statement) => {
      expect(await killAtStatement(underTest, statement, when)).toBe(true);
    });

    test.runIf(soak)(
      "before and after each of its statements: every item is there once",
      patient,
      async () => {
        let statement = 1;
        while (
          (await killAtStatement(underTest, statement, "before")) &&
          (await killAtStatement(underTest, statement, "after"))
        )
          statement += 1;
        expect(statement).toBeGreaterThan(12);
      },
    );

    test(`${rounds} times at random moments: every item is there once`, patient, async () => {
      const random = seededRandom(seed);
      const items = rounds * 400;
      const batch = await killableBatch(await underTest.place(), numbers(items), 50);
      let kills = 0;
      for (let round = 0; round < rounds; round += 1) {
        const killAfter = { calls: 1 + Math.floor(random() * 400), ms: Math.floor(random() * 10) };
        if (await batch.work({ slots: 3, killAfter })) break;
        kills += 1;
        await batch.inspect((database) => assertAddedUp(database, batch.id));
      }
      await batch.work({ slots: 3 });
      expect(kills).toBeGreaterThan(rounds / 2);
      const { results, tries, ...counters } = await batch.inspect((database) => outcome(database, batch.id));
      expect(counters).toEqual({ state: "completed", succeeded: items, failed: 0 });
      expect(results).toEqual(numbers(items).map((position) => ({ position, code: null })));
      expect(tries).toEqual([]);
      const calls = batch.calls();
      expect(Math.min(...calls)).toBe(1);
      // A kill costs at most what was under way and what was not flushed: of three slots, four items and three flushes.
      const repeated = calls.reduce((sum, count) => sum + count - 1, 0);
      expect(repeated).toBeLessThanOrEqual(kills * 3 * (4 + 3 * 4));
    });
  },
  { ordinarily: "postgresql" },
);

// Each of five deaths is a start of a process, and what is told of them is in tables.
describeDatabase(
  "a process that kills itself",
  (underTest) => {
    test("with one of its items: the item ends as crashed, and no other item does", patient, async () => {
      // The killer is in the middle of the first chunk; at the start of the other, an item takes its time.
      const inputs = numbers(20).map((n) => (n === 7 ? "kill" : n === 10 ? "slow" : n));
      const batch = await killableBatch(await underTest.place(), inputs, 10);
      let kills = 0;
      while (!(await batch.work())) kills += 1;
      const { results, state } = await batch.inspect((database) => outcome(database, batch.id));
      expect(state).toBe("completed");
      expect(results).toEqual(
        numbers(20).map((position) => ({ position, code: position === 7 ? "crashed" : null })),
      );
      // Three deaths make the chunk suspicious, two more convict the item.
      expect(kills).toBe(5);
    });
  },
  { ordinarily: "postgresql" },
);
