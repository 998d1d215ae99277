import { createHash, randomUUID } from "node:crypto";
import type { Engine } from "../server/src/engine/engine.ts";
import type { BatchOptions } from "../server/src/features/analysis/batch-options.ts";
import { kindName } from "../server/src/features/analysis/rows.kind.ts";
import type { Outbound } from "../server/src/platform/outbound/outbound.ts";
import { composeAnalysis, startOrigin } from "./analysis-world.ts";
import { onBoth, openMigrated, runBatch, startEngine } from "./engine-world.ts";
import { median } from "./load.ts";

const items = 20_000;
const rounds = 3;
/** As many as the service asks one origin for at once. */
const concurrency = 16;

/**
 * Rows a second of analysis with a model that takes no time and pictures that fit as they are, beside the bare loop that
 * fetches the same pictures through the same guarded fetch and hashes them, and stores nothing.
 */
export async function analysis(): Promise<void> {
  const origin = await startOrigin();
  await onBoth(async (name, place) => {
    const database = await openMigrated(place.url, place.dataDir);
    const parts = composeAnalysis();
    const engine = startEngine(database, [parts.kind]);
    await engine.run();
    let prefix = 0;
    const addresses = (count: number) => {
      prefix += 1;
      return Array.from({ length: count }, (_, index) => `${origin.url}/${prefix}/${index}.jpg`);
    };
    await bare(parts.outbound, addresses(1_000));
    await runBatch(engine, await write(engine, addresses(1_000)));
    const rates: number[] = [];
    const bareRates: number[] = [];
    const cachedRates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bareRates.push(items / (await bare(parts.outbound, addresses(items))));
      const urls = addresses(items);
      rates.push(items / (await runBatch(engine, await write(engine, urls))));
      cachedRates.push(items / (await runBatch(engine, await write(engine, urls))));
    }
    const shown = (all: readonly number[]) =>
      `${median(all).toFixed(0)} a second (${all.map((rate) => rate.toFixed(0)).join(", ")})`;
    console.log(`\n${name}, ${items} pictures of ${origin.bytes} bytes`);
    console.log(`  analysis:  ${shown(rates)}`);
    console.log(`  bare loop: ${shown(bareRates)}`);
    console.log(`  the same addresses once more, from the cache: ${shown(cachedRates)}`);
    const ratios = rates.map((rate, index) => rate / (bareRates[index] ?? Number.NaN));
    console.log(`  ratio to the bare loop: ${median(ratios).toFixed(2)}`);
    await engine.stop(10_000);
    await parts.close();
    await database.close();
  });
  origin.stop();
}

/** @returns seconds */
async function bare(outbound: Outbound, urls: readonly string[]): Promise<number> {
  const began = performance.now();
  const queue = urls.values();
  const limits = { maxBytes: 25 * 2 ** 20, totalMs: 30_000, connectMs: 10_000, maxRedirects: 5 };
  const signal = new AbortController().signal;
  const worker = async () => {
    for (const url of queue) {
      const { bytes } = await outbound.fetch(url, { limits, signal });
      createHash("sha256").update(bytes).digest("hex");
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (performance.now() - began) / 1_000;
}

async function write(engine: Engine, urls: readonly string[]): Promise<string> {
  const id = randomUUID();
  const options: BatchOptions = {
    fileName: null,
    chunkSize: 2_000,
    columns: ["url"],
    urlColumn: 0,
    duplicates: 0,
    model: null,
    cache: "use",
    requestedAt: new Date().toISOString(),
    webhookUrl: null,
    maxCostMicros: null,
    lane: "online",
    instruction: null,
  };
  const batch = { id, kind: kindName, owner: "bench", name: "bench", priority: 0, chunkSize: 2_000 };
  const writer = await engine.write({ ...batch, options });
  await writer.add(urls.map((url) => ({ url })));
  await writer.finish();
  return id;
}
