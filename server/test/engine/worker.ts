import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { createEngine, type Timing } from "../../src/engine/engine.ts";
import type { Json } from "../../src/engine/kind.ts";
import type { Database } from "../../src/platform/database/database.ts";
import type { Place } from "../databases.ts";
import { openMigrated } from "./databases.ts";
import type { WorkerOrders } from "./worker-process.ts";

const script = fileURLToPath(new URL("worker-process.ts", import.meta.url));

/** Short turns; leases that end soon, so that a dead worker's chunk is not waited for. */
export const hurried: Partial<Timing> = {
  leaseMs: 800,
  renewMs: 100,
  sweepMs: 50,
  pollMs: 20,
  flushMs: 5,
  flushRows: 4,
};

export interface KillableBatch {
  readonly id: string;
  /** Starts a process that works on it. */
  start(orders?: Partial<WorkerOrders>): ReturnType<typeof startProcess>;
  /** Starts one that is to end by itself: true where it ended the batch, false where it was killed. */
  work(orders?: Partial<WorkerOrders>): Promise<boolean>;
  /** How often the handler was called, by position. */
  calls(): readonly number[];
  /** Opens the database; embedded, no process may work meanwhile. */
  inspect<Value>(look: (database: Database) => Promise<Value>): Promise<Value>;
}

/** A started batch that nobody works on yet. */
export async function killableBatch(
  place: Place,
  inputs: readonly Json[],
  chunkSize: number,
): Promise<KillableBatch> {
  const kind = `killable-${randomUUID()}`;
  const id = randomUUID();
  const journal = join(place.dataDir, `journal-${id}`);
  writeFileSync(journal, "");

  const inspect = async <Value>(look: (database: Database) => Promise<Value>): Promise<Value> => {
    const database = await openMigrated(place);
    try {
      return await look(database);
    } finally {
      await database.close();
    }
  };
  await inspect(async (database) => {
    const engine = createEngine({ database, logger: pino({ level: "silent" }), kinds: [], slots: 0 });
    const writer = await engine.write({
      ...{ id, kind, owner: "tester", name: "killable", options: {}, priority: 0, chunkSize },
    });
    await writer.add(inputs);
    await writer.finish();
    await engine.start(id, { maxActive: 1_000 });
    await engine.stop(0);
  });

  const start = (orders: Partial<WorkerOrders> = {}) => {
    const all: WorkerOrders = { place, kind, batches: [id], journal, timing: hurried, ...orders };
    return startProcess(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", script, JSON.stringify(all)],
      { channel: true },
    );
  };
  return {
    id,
    start,
    async work(orders) {
      const { code, signal, output } = await start(orders).ended;
      if (signal === "SIGKILL") return false;
      if (code === 0) return true;
      throw new Error(`the worker ended with ${code ?? signal}:\n${output}`);
    },
    calls() {
      const counts = Array<number>(inputs.length).fill(0);
      for (const line of readFileSync(journal, "utf8").trim().split("\n"))
        if (line !== "") counts[Number(line)] = (counts[Number(line)] ?? 0) + 1;
      return counts;
    },
    inspect,
  };
}
