/** An engine in a process of its own, to be killed: it reports ten times a second how far the batch is. */
import { setTimeout as delay } from "node:timers/promises";
import type { BatchState } from "../server/src/engine/states.ts";
import { openMigrated, runBatch, startEngine } from "./engine-world.ts";

export interface EngineOrder {
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly large: string;
  /** Is started once the process works. */
  readonly small?: string;
}

export interface EngineReport {
  readonly state: BatchState;
  readonly processed: number;
  readonly rssMb: number;
  /** From the start of the small batch to its end. */
  readonly smallMs?: number;
}

const order: EngineOrder = JSON.parse(process.argv[2] ?? "{}");
const database = await openMigrated(order.url, order.dataDir);
const engine = startEngine(database);
await engine.run();
let smallMs: number | undefined;
if (order.small)
  void delay(1_000)
    .then(() => runBatch(engine, order.small ?? "", 5))
    .then((seconds) => {
      smallMs = seconds * 1_000;
    });
for (;;) {
  const batch = await engine.read(order.large);
  if (!batch) throw new Error("the batch is gone");
  const report: EngineReport = {
    state: batch.state,
    processed: batch.succeeded + batch.failed,
    rssMb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    ...(smallMs === undefined ? {} : { smallMs }),
  };
  console.log(JSON.stringify(report));
  if (batch.state === "completed") break;
  await delay(100);
}
await engine.stop(10_000);
await database.close();
