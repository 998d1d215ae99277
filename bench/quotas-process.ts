/** One process that sends as much as it may, for some sets of keys at once: by the quotas, or by the naive loop. */
import { randomBytes, randomUUID } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { loadCatalog } from "../server/src/models/catalog.ts";
import { ModelError, type VisionRequest } from "../server/src/models/contract.ts";
import { createGemini } from "../server/src/models/hosted/gemini.ts";
import { createHostedVision } from "../server/src/models/hosted/hosted-vision.ts";
import { storeFacts } from "../server/src/models/instructions.ts";
import { createLedger } from "../server/src/models/ledger/ledger.ts";
import { midnightIn } from "../server/src/models/quotas/day-reset.ts";
import { parseKeys } from "../server/src/models/quotas/parse-keys.ts";
import { createQuotas } from "../server/src/models/quotas/quotas.ts";
import type { Database } from "../server/src/platform/database/database.ts";
import { openMigrated } from "./engine-world.ts";
import { runNaiveLoop } from "./quotas-naive.ts";

export interface WorkerOrder {
  /** Where the quotas are kept; null for the naive loop. */
  readonly place: { readonly url: string | undefined; readonly dataDir: string } | null;
  /** Of the simulator. */
  readonly baseUrl: string;
  readonly perMinute: number;
  /** Processes that share the keys, this one included. */
  readonly processes: number;
  readonly sets: readonly { readonly name: string; readonly keys: readonly string[] }[];
}

export interface WorkerReport {
  /** Pictures that the naive loop gave up, by the name of the set. */
  readonly givenUp: Readonly<Record<string, number>>;
  /** The longest time for which the process stood still. */
  readonly stalledMs: number;
}

const order: WorkerOrder = JSON.parse(process.argv[2] ?? "{}");
const model = modelOf("gemini-3.5-flash-lite");
const provider = createGemini({ baseUrl: order.baseUrl, deadlineMs: 120_000 });
const halt = new AbortController();
const maxOutputTokens = 2_048;
/** What a picture's answer takes at most, and twice that many: there is always one more that waits. */
const placesFor = (keys: number) =>
  Math.ceil((((order.perMinute / 60) * keys * 1.5) / order.processes) * 2) + 2;
const question = {
  image: randomBytes(2_000),
  format: "jpeg",
  width: 640,
  height: 480,
  instruction: storeFacts,
  signal: new AbortController().signal,
} as const;

function modelOf(id: string) {
  const found = loadCatalog().findModel(id);
  if (!found) throw new Error(`the catalog has no ${id}`);
  return found;
}

async function runQuotas(database: Database, { name, keys }: WorkerOrder["sets"][number]): Promise<void> {
  const quotas = createQuotas({
    database: database.sql,
    scope: name,
    groups: parseKeys(keys.join(",")).map((group) => ({
      ...group,
      limits: {
        requestsPerMinute: order.perMinute,
        requestsPerDay: null,
        tokensPerMinute: null,
        concurrency: null,
      },
    })),
    dayReset: midnightIn("America/Los_Angeles"),
    onError(error) {
      throw error;
    },
  });
  const ledger = createLedger({ database, now: Date.now });
  const vision = createHostedVision({
    ...{ provider, model, quotas, ledger, maxOutputTokens, patienceMs: 120_000, now: Date.now },
  });
  const request: VisionRequest = {
    ...question,
    halting: halt.signal,
    mayBegin: async () => true,
    purpose: { batchId: randomUUID(), position: 0 },
  };
  const place = async () => {
    while (!halt.signal.aborted) {
      try {
        await vision.describe(request);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        // What failed is tried again later, as the engine does it, and others go before it.
        const { failure } = error;
        if (failure.kind === "rate_limited") await delay(Math.max(0, failure.until.getTime() - Date.now()));
      }
    }
  };
  await Promise.all(Array.from({ length: placesFor(keys.length) }, place));
  await quotas.close();
  await ledger.close();
}

const database = order.place ? await openMigrated(order.place.url, order.place.dataDir) : null;
const givenUp: Record<string, number> = {};
const delays = monitorEventLoopDelay({ resolution: 10 });

async function runAll(): Promise<void> {
  await Promise.all(
    order.sets.map(async (set) => {
      if (database) return runQuotas(database, set);
      givenUp[set.name] = await runNaiveLoop({
        keys: set.keys,
        perMinute: Math.floor(order.perMinute / order.processes),
        concurrency: placesFor(set.keys.length),
        halting: halt.signal,
        ask: (apiKey) => provider.ask({ ...question, model: model.id, apiKey, maxOutputTokens }),
      });
      return undefined;
    }),
  );
}

let running = Promise.resolve();
process.once("disconnect", () => process.exit());
process.on("message", async (said: "begin" | "end") => {
  if (said === "begin") {
    delays.enable();
    running = runAll();
    return;
  }
  const { max } = delays;
  halt.abort();
  await running;
  await database?.close();
  process.send?.({ givenUp, stalledMs: max / 1e6 } satisfies WorkerReport, () => process.exit(0));
});
process.send?.("ready");
