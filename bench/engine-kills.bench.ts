import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import type { EngineOrder, EngineReport } from "./engine-process.ts";
import { onBoth, openMigrated, startEngine, writeBatch } from "./engine-world.ts";

const items = 1_000_000;
const kills = 10;

/** A million items through ten kills, and fifty more that are started in the middle of them. */
export async function engineKills(): Promise<void> {
  await onBoth(async (name, place) => {
    console.log(`\n${name}`);
    const database = await openMigrated(place.url, place.dataDir);
    const writing = startEngine(database, []);
    const large = await writeBatch(writing, items);
    const small = await writeBatch(writing, 50);
    await writing.start(large, { maxActive: 10 });
    await database.close();

    const began = performance.now();
    const memory: number[] = [];
    let smallMs: number | undefined;
    let ended = false;
    for (let run = 0; !ended; run += 1) {
      // Each process gets on by a tenth before it is killed; the last one ends the batch.
      const killAt = run < kills ? ((run + 1) * items) / (kills + 1) : undefined;
      const order: EngineOrder = { ...place, large, ...(run === kills / 2 ? { small } : {}) };
      const child = start(order);
      for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
        const report = JSON.parse(line) as EngineReport;
        memory.push(report.rssMb);
        smallMs ??= report.smallMs;
        const mayDie = run !== kills / 2 || smallMs !== undefined;
        if (killAt !== undefined && report.processed >= killAt && mayDie) child.kill("SIGKILL");
        if (report.state === "completed" && report.processed === items) ended = true;
      }
    }
    const seconds = (performance.now() - began) / 1_000;

    const after = await openMigrated(place.url, place.dataDir);
    const { rows } = await sql<{ state: string; succeeded: number; results: number; chunks: number }>`
      select state, succeeded,
        (select count(*) from results where batch_id = id) as results,
        (select count(*) from chunks where batch_id = id and succeeded = size and state = 'completed') as chunks
      from batches where id in (${large}, ${small}) order by items desc
    `.execute(after.sql);
    await after.close();
    console.log(
      `  ${items} items through ${kills} kills in ${seconds.toFixed(0)} s: ${JSON.stringify(rows)}`,
    );
    console.log(`  50 items started in the middle: completed after ${smallMs?.toFixed(0)} ms`);
    const tenth = Math.ceil(memory.length / 10);
    console.log(
      `  memory: ${Math.max(...memory.slice(0, tenth))} MB at most in the first tenth, ${Math.max(...memory.slice(-tenth))} MB in the last, ${Math.max(...memory)} MB in all`,
    );
  });
}

function start(order: EngineOrder): ChildProcess {
  const script = fileURLToPath(new URL("engine-process.ts", import.meta.url));
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
