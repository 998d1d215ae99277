import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../../test/world.ts";
import { type Database, openDatabase } from "../database.ts";
import { dueStatements, type Repeat, repeat, startMaintenance } from "./maintenance.ts";

async function open(): Promise<Database> {
  const database = await openDatabase({
    url: undefined,
    dataDir: await temporaryFolder(),
    poolSize: 1,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault() {},
  });
  onTestFinished(() => database.close());
  await sql`create table items (id int primary key, text text)`.execute(database.sql);
  return database;
}

/** A clock that the test moves. */
function manual() {
  let work = async () => {};
  const repeat: Repeat = (_pauseMs, repeated) => {
    work = repeated;
    return async () => {};
  };
  return { repeat, round: () => work() };
}

const rethrow = (error: unknown) => {
  throw error;
};

const due = async (database: Database, everything = false) =>
  (await dueStatements(database.sql, everything)).filter((statement) => statement.includes("public."));

test("a table that was filled, or changed much, is due; after that it is not", async () => {
  const database = await open();
  expect(await due(database)).toEqual([]);
  await sql`insert into items select n, 'x' from generate_series(1, 5000) n`.execute(database.sql);
  expect(await due(database)).toEqual(["vacuum (analyze) public.items"]);
  const { repeat, round } = manual();
  startMaintenance(database.sql, repeat, rethrow);
  await round();
  expect(await due(database)).toEqual([]);
  await sql`update items set text = 'y' where id <= 700`.execute(database.sql);
  expect(await due(database)).toEqual(["analyze public.items"]);
  await sql`delete from items where id <= 1500`.execute(database.sql);
  expect(await due(database)).toEqual(["vacuum (analyze) public.items"]);
});

test("room of deleted rows is used again", async () => {
  const database = await open();
  const { repeat, round } = manual();
  startMaintenance(database.sql, repeat, rethrow);
  const pages = async () =>
    (await sql<{ bytes: number }>`select pg_relation_size('items') as bytes`.execute(database.sql)).rows[0]
      ?.bytes;
  const turnOver = async () => {
    await sql`insert into items select n, repeat('x', 200) from generate_series(1, 5000) n`.execute(
      database.sql,
    );
    await sql`delete from items`.execute(database.sql);
    await round();
  };
  await turnOver();
  const once = await pages();
  await turnOver();
  await turnOver();
  expect(await pages()).toBe(once);
});

test("every hour all tables are visited, the system's too", async () => {
  const database = await open();
  const everything = await dueStatements(database.sql, true);
  expect(everything).toContain("vacuum public.items");
  expect(everything).toContain("vacuum pg_catalog.pg_class");
  const { repeat, round } = manual();
  startMaintenance(database.sql, repeat, rethrow);
  const vacuumed = async () =>
    (
      await sql<{ count: number }>`
        select vacuum_count as count from pg_stat_all_tables where relname = 'items'`.execute(database.sql)
    ).rows[0]?.count;
  for (let minute = 1; minute < 60; minute += 1) await round();
  expect(await vacuumed()).toBe(0);
  await round();
  expect(await vacuumed()).toBe(1);
});

test("a failure is reported, and the next round comes all the same", async () => {
  const database = await open();
  await database.close();
  const errors: unknown[] = [];
  const { repeat, round } = manual();
  startMaintenance(database.sql, repeat, (error) => errors.push(error));
  await round();
  await round();
  expect(errors).toHaveLength(2);
});

test("never two rounds at once, and the end waits for the one under way", async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const { promise: third, resolve } = Promise.withResolvers<void>();
  const end = repeat(0, async () => {
    running += 1;
    most = Math.max(most, running);
    rounds += 1;
    if (rounds === 3) resolve();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    running -= 1;
  });
  await third;
  await end();
  const atEnd = rounds;
  await new Promise(setImmediate);
  expect([most, running, rounds]).toEqual([1, 0, atEnd]);
});
