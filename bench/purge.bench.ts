import { createHash, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { doneFrom, type Kind } from "../server/src/engine/kind.ts";
import { markForRemoval, removeHidden } from "../server/src/engine/remove.ts";
import { kindName } from "../server/src/features/analysis/rows.kind.ts";
import type { Database } from "../server/src/platform/database/database.ts";
import { onBoth, openMigrated, runBatch, startEngine, writeBatch } from "./engine-world.ts";
import { median } from "./load.ts";
import { writeCompletedBatch } from "./million-rows.ts";

const rows = 1_000_000;
const liveItems = 40_000;
const rounds = 5;
const sourceKeys = new Map([[kindName, "analysis/picture/"]]);

/** Costs nothing but its source, so what is measured is the engine: it asks as much of the database as it can. */
const live: Kind = {
  name: "synthetic",
  concurrency: 25,
  itemTimeoutMs: 60_000,
  handle: async (input) => doneFrom(createHash("sha256").update(randomUUID()).digest("hex"), { n: input }),
};

/**
 * What a batch that is worked on feels of the removal of a million rows and their cached answers beside it: its
 * throughput with and without, in alternating rounds; then how long the rest takes when nothing else is done.
 */
export async function purge(): Promise<void> {
  await onBoth(async (name, place) => {
    const database = await openMigrated(place.url, place.dataDir);
    const engine = startEngine(database, [live]);
    await engine.run();
    await runBatch(engine, await writeBatch(engine, liveItems));
    const finished = await writeAnswered(database);
    await markForRemoval(database, finished, { force: false });

    const rates = { alone: [] as number[], beside: [] as number[] };
    const active = await writeActive(database);
    const removal = startPausable(database);
    let besideSeconds = 0;
    for (let round = 0; round < rounds; round += 1) {
      // In turns, so that neither is always the one that comes after the other.
      const order = round % 2 === 0 ? (["alone", "beside"] as const) : (["beside", "alone"] as const);
      for (const which of order) {
        const id = await writeBatch(engine, liveItems);
        if (which === "beside") removal.resume();
        const seconds = await runBatch(engine, id);
        rates[which].push(liveItems / seconds);
        if (which === "alone") continue;
        await removal.pause();
        besideSeconds += seconds;
      }
    }
    await sql`delete from batches where id = ${active}`.execute(database.sql);
    const removed = rows - (await resultsLeft(database, finished));
    const began = performance.now();
    removal.resume();
    await removal.ended;
    const seconds = (performance.now() - began) / 1_000;
    const shown = (all: readonly number[]) =>
      `${median(all).toFixed(0)} items a second (${all.map((rate) => rate.toFixed(0)).join(", ")})`;
    console.log(`\n${name}`);
    console.log(`  live batch alone:            ${shown(rates.alone)}`);
    console.log(`  live batch beside a removal: ${shown(rates.beside)}`);
    console.log(
      `  ratio of medians: ${(median(rates.beside) / median(rates.alone)).toFixed(3)} (to reach: 0.90)`,
    );
    console.log(
      `  beside it: ${(removed / besideSeconds).toFixed(0)} rows a second, a million in ${((rows * besideSeconds) / removed / 60).toFixed(0)} min`,
    );
    console.log(
      `  alone: ${rows - removed} rows in ${seconds.toFixed(1)} s, a million in ${((rows * seconds) / (rows - removed)).toFixed(0)} s`,
    );
    const { rows: left } = await sql<{ rows: number; answers: number }>`
      select (select count(*) from results where batch_id = ${finished})
        + (select count(*) from chunks where batch_id = ${finished})
        + (select count(*) from batches where id = ${finished}) as rows,
        (select count(*) from shared_work) as answers
    `.execute(database.sql);
    console.log(`  rows left: ${left[0]?.rows}, cached answers left: ${left[0]?.answers}`);
    await engine.stop(10_000);
    await database.close();
  });
}

/** The removal of what is hidden, which begins paused. */
function startPausable(database: Database) {
  let go = Promise.withResolvers<void>();
  let arrived = Promise.withResolvers<void>();
  const rest = async (ms: number) => {
    await delay(ms);
    arrived.resolve();
    await go.promise;
  };
  const ended = go.promise.then(() => removeHidden(database, undefined, { sourceKeys, rest }));
  return {
    ended,
    resume: () => go.resolve(),
    /** Resolves once it is between two pages. */
    pause() {
      go = Promise.withResolvers();
      arrived = Promise.withResolvers();
      return arrived.promise;
    },
  };
}

/** So that the removal stays gentle between the rounds too: a batch that nobody here works on, and that is under way. */
async function writeActive(database: Database): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into batches (id, kind, owner, name, visibility, state, created_at, started_at, touched_at)
    values (${id}, 'elsewhere', 'bench', 'bench', 'visible', 'processing', now(), now(), now())
  `.execute(database.sql);
  return id;
}

/** A million rows that have ended, and the cached answer of each. */
async function writeAnswered(database: Database): Promise<string> {
  // Made with the rows, these would take most of the time.
  await sql`drop index results_sourced`.execute(database.sql);
  await sql`alter table shared_work drop constraint shared_work_pkey`.execute(database.sql);
  const id = await writeCompletedBatch(database, rows);
  for (let first = 0; first < rows; first += 50_000)
    await sql`
      insert into shared_work (key, value, done_at)
      select ${sourceKeys.get(kindName)} || encode(source, 'hex') || '/local@1/store-facts@1', output, now()
      from results where batch_id = ${id} and position >= ${first} and position < ${first + 50_000} and succeeded
    `.execute(database.sql);
  // A fifth of the chunks is left, so that rounds come to the rows too.
  await sql`delete from chunks where batch_id = ${id} and number < 400`.execute(database.sql);
  await sql`
    create index results_sourced on results (source, batch_id) where source is not null
  `.execute(database.sql);
  await sql`alter table shared_work add primary key (key)`.execute(database.sql);
  await sql`vacuum analyze results`.execute(database.sql);
  await sql`vacuum analyze shared_work`.execute(database.sql);
  return id;
}

async function resultsLeft(database: Database, id: string): Promise<number> {
  const { rows: counted } = await sql<{ count: number }>`
    select count(*) as count from results where batch_id = ${id}
  `.execute(database.sql);
  return counted[0]?.count ?? 0;
}
