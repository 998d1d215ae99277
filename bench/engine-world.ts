import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { createEngine, type Engine } from "../server/src/engine/engine.ts";
import { done, type Kind } from "../server/src/engine/kind.ts";
import { type Database, openDatabase } from "../server/src/platform/database/database.ts";
import { findProgram } from "../server/test/needs.ts";
import { startPostgresql } from "../server/test/postgresql.ts";

/** The kind that costs nothing: what is measured is the engine. */
const synthetic: Kind = {
  name: "synthetic",
  concurrency: 25,
  itemTimeoutMs: 60_000,
  handle: async (input) => done({ n: input }),
};

export const openMigrated = (url: string | undefined, dataDir: string): Promise<Database> =>
  openDatabase({
    url,
    dataDir,
    poolSize: 10,
    migrations: fileURLToPath(new URL("../server/migrations", import.meta.url)),
    log: { info() {}, warn: console.warn },
    onFault(error) {
      throw error;
    },
  });

export const startEngine = (database: Database, kinds: readonly Kind[] = [synthetic]): Engine =>
  createEngine({ database, logger: pino({ level: "warn" }, pino.destination(2)), kinds, slots: 4 });

/** Writes a batch of numbers; it is `pending`. */
export async function writeBatch(engine: Engine, items: number, chunkSize = 2_000): Promise<string> {
  const id = randomUUID();
  const writer = await engine.write({
    ...{ id, kind: synthetic.name, owner: "bench", name: "bench", options: {}, priority: 0, chunkSize },
  });
  for (let first = 0; first < items; first += 1_000)
    await writer.add(Array.from({ length: Math.min(1_000, items - first) }, (_, index) => first + index));
  await writer.finish();
  return id;
}

/** Starts a batch and waits for its end. @returns seconds */
export async function runBatch(engine: Engine, id: string, pollMs = 20): Promise<number> {
  const began = performance.now();
  await engine.start(id, { maxActive: 100 });
  while ((await engine.read(id))?.state !== "completed") await delay(pollMs);
  return (performance.now() - began) / 1_000;
}

/** Runs a measurement on both databases, one after the other; the server's half is left out where it is missing. */
export async function onBoth(
  measure: (name: string, place: { url: string | undefined; dataDir: string }) => Promise<void>,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "fovea-bench-"));
  await measure("embedded", { url: undefined, dataDir });
  const initdb = findProgram("postgresql", process.env);
  if (initdb) {
    const cluster = await startPostgresql(initdb);
    await measure("PostgreSQL", { url: await cluster.createDatabase(), dataDir });
    await cluster.stop();
  } else console.log("PostgreSQL is not installed: its half is left out.");
  rmSync(dataDir, { recursive: true });
}
