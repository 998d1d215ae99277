import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { sql } from "kysely";
import { type Database, openDatabase } from "../server/src/platform/database/database.ts";
import { jsonText } from "../server/src/platform/database/values.ts";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";
import { median } from "./load.ts";

const rounds = 3;

/** Single and bulk statements with fsync, and what they do to the event loop, on both databases in one run. */
export async function database(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  await measure("embedded", folder, undefined);
  const initdb = findProgram("postgresql", process.env);
  if (initdb) {
    const cluster = await startPostgresql(initdb);
    await measure("PostgreSQL", folder, await cluster.createDatabase());
    await cluster.stop();
  } else console.log("PostgreSQL is not installed: its half is left out.");
  rmSync(folder, { recursive: true });
}

async function measure(name: string, dataDir: string, url: string | undefined): Promise<void> {
  const opened = await openDatabase({
    url,
    dataDir,
    poolSize: 10,
    migrations: undefined,
    log: { info() {}, warn: console.warn },
    onFault(error) {
      throw error;
    },
  });
  await sql`create table items (
    batch int, position int, url text, output jsonb, at timestamptz default now(), primary key (batch, position)
  )`.execute(opened.sql);
  console.log(`\n${name}`);
  let batch = 0;
  const rates = async (what: string, count: number, work: (batch: number) => Promise<void>) => {
    const perSecond: number[] = [];
    const gaps = monitorEventLoopDelay({ resolution: 1 });
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      batch += 10;
      if (round === 1) gaps.enable();
      const startedAt = performance.now();
      await work(batch);
      if (round > 0) perSecond.push((count / (performance.now() - startedAt)) * 1000);
    }
    gaps.disable();
    const [low, high] = [Math.min(...perSecond), Math.max(...perSecond)].map(Math.round);
    const gap = `longest gap of the event loop ${(gaps.max / 1e6).toFixed(0)} ms, p99 ${(gaps.percentile(99) / 1e6).toFixed(1)} ms`;
    console.log(`${what.padEnd(40)} ${low}/${Math.round(median(perSecond))}/${high} a second; ${gap}`);
  };

  await rates("rows, one commit each", 1000, (batch) => one(opened, batch, 1000));
  await rates("rows, one commit each, 8 at a time", 4000, async (batch) => {
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((lane) => one(opened, batch + lane, 500)));
  });
  await rates("transactions of two statements", 500, async (batch) => {
    for (let position = 0; position < 500; position += 1)
      await opened.transaction(async (tx) => {
        await sql`insert into items (batch, position) values (${batch}, ${position})`.execute(tx);
        await sql`update items set url = ${String(position)} where batch = ${batch} and position = 0`.execute(
          tx,
        );
      });
  });
  await rates("rows, 100 a statement", 20_000, (batch) => bulk(opened, batch, 20_000, 100));
  await rates("rows, 2000 a statement", 100_000, (batch) => bulk(opened, batch, 100_000, 2000));
  const last = batch;
  await rates("rows read by key, 1000 a page", 100_000, async () => {
    for (let from = 0; from < 100_000; from += 1000)
      await sql`select * from items where batch = ${last} and position >= ${from} order by position limit 1000`.execute(
        opened.sql,
      );
  });
  await opened.close();
}

async function one({ sql: to }: Database, batch: number, count: number): Promise<void> {
  for (let position = 0; position < count; position += 1)
    await sql`insert into items (batch, position, url, output)
      values (${batch}, ${position}, ${urlOf(position)}, ${outputOf(position)}::jsonb)`.execute(to);
}

async function bulk({ sql: to }: Database, batch: number, count: number, size: number): Promise<void> {
  for (let from = 0; from < count; from += size) {
    const positions = Array.from({ length: size }, (_, index) => from + index);
    await sql`insert into items (batch, position, url, output)
      select ${batch}, * from unnest(
        ${positions}::int[], ${positions.map(urlOf)}::text[], ${positions.map(outputOf)}::text[]::jsonb[])`.execute(
      to,
    );
  }
}

const urlOf = (position: number) =>
  `https://images.example.com/catalog/2026/${position}.jpg?width=1200&quality=80`;
const outputOf = (position: number) =>
  jsonText({
    label: `item ${position}`,
    confidence: position / 1e6,
    tags: ["indoor", "furniture"],
    width: 1200,
  });
