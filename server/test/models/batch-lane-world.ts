import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { BatchLane, Deferred } from "../../src/models/batch-lane/contract.ts";
import { createBatchLane } from "../../src/models/batch-lane/lane.ts";
import type { BatchLaneOptions, Wanted } from "../../src/models/batch-lane/settings.ts";
import { loadCatalog } from "../../src/models/catalog.ts";
import { batchRequestLine, readBatchLine } from "../../src/models/hosted/gemini-batch-lines.ts";
import { createGeminiBatches } from "../../src/models/hosted/gemini-batches.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import type { QuotaGroup } from "../../src/models/quotas/contract.ts";
import { midnightIn } from "../../src/models/quotas/day-reset.ts";
import { createQuotas } from "../../src/models/quotas/quotas.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { until } from "../engine/world.ts";
import { type GeminiSettings, startGemini } from "../simulators/gemini.ts";
import { groupOf, limitsOf } from "./quota-world.ts";
import { instruction, output, picture } from "./vision-conformance.ts";

const model = "gemini-3.5-flash-lite";
const entry = entryOf(model);
const { input_price_usd_per_million: inputPrice, output_price_usd_per_million: outputPrice } = entry;
const prices = { inputPerMillion: inputPrice ?? 0, outputPerMillion: outputPrice ?? 0 };

/** Two projects, the first one with two keys. */
export const groups = [groupOf("one", limitsOf(60_000), 2), groupOf("two", limitsOf(60_000))];
/** Of whole micro-dollars at half the price. */
export const wholeUsage = { inputTokens: 1_200, outputTokens: 80 };
/** Of one answer, in the batch lane. */
export const answerMicros = Math.round(
  (wholeUsage.inputTokens * prices.inputPerMillion + wholeUsage.outputTokens * prices.outputPerMillion) / 2,
);

function entryOf(name: string) {
  const found = loadCatalog().findModel(name);
  if (!found) throw new Error(`${name} is in the catalog`);
  return found;
}

export const positions = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, position) => position);

interface Changes extends Partial<Omit<BatchLaneOptions, "groups">> {
  readonly groups?: readonly QuotaGroup[];
}

interface LaneSettings extends Pick<GeminiSettings, "batch"> {
  readonly deadlineMs?: number;
}

/** The lane before a simulator of its provider, on a database that may be shared: its provider has a name of its own. */
export async function laneWorld(database: Database, { batch, deadlineMs = 20_000 }: LaneSettings = {}) {
  const gemini = await startGemini({
    keys: Object.fromEntries(
      groups.flatMap(({ name, keys }) => keys.map(({ secret }) => [secret ?? "", name] as const)),
    ),
    ...(batch && { batch }),
  });
  onTestFinished(() => gemini.close());
  gemini.answer({ kind: "output", output, usage: wholeUsage });
  const provider = `gemini-${randomUUID()}`;
  const batchId = randomUUID();
  const wanted = new Map<string, Wanted>();
  const folder = await mkdtemp(join(tmpdir(), "batch-lane-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const log: string[] = [];
  const ledger = createLedger({ database, now: Date.now });
  onTestFinished(() => ledger.close());

  /** One process of the service; it is closed with the test, if not before. */
  const start = async (changes: Changes = {}, on: Database = database): Promise<BatchLane> => {
    const quotas = createQuotas({
      ...{ database: on.sql, scope: provider, groups: changes.groups ?? groups, onError() {} },
      dayReset: midnightIn("America/Los_Angeles"),
    });
    const lane = createBatchLane({
      ...{ provider, groups, quotas, ledger, database: on, folder },
      batches: createGeminiBatches({ baseUrl: gemini.url, deadlineMs }),
      lines: { write: batchRequestLine, read: readBatchLine },
      models: new Map([[model, entry]]),
      logger: pino({ level: "debug" }, { write: (line: string) => void log.push(line) }),
      ...{ maxRequests: 1_000, maxBytes: 2 ** 20, maxJobs: 80, maxOutputTokens: 900 },
      ...{ fillMs: 0, tickMs: 10, pollMs: 50, listedMs: 0 },
      wanted: async (id) => wanted.get(id) ?? "wanted",
      now: Date.now,
      ...changes,
    });
    onTestFinished(async () => {
      await lane.close();
      await quotas.close();
    });
    await lane.start();
    return lane;
  };

  const keyOf = (position: number) => `${provider}/${position}`;
  const purposeOf = (position: number, of = batchId) => ({ batchId: of, position });
  return {
    ...{ gemini, batches: gemini.batches, provider, batchId, wanted, folder, log, ledger, start, keyOf },
    ask: (lane: BatchLane, position: number, { of = batchId, since = null as Date | null } = {}) =>
      lane.ask(
        {
          ...{ image: picture(position), format: "jpeg", width: 640, height: 480, instruction, model },
          ...{ key: keyOf(position), purpose: purposeOf(position, of), facts: { position } },
        },
        since,
      ),
    look: (lane: BatchLane, position: number, { of = batchId, since = null as Date | null } = {}) =>
      lane.look(keyOf(position), purposeOf(position, of), since),
    /** Resolves with what became of a question; what the provider has goes on meanwhile, unless it `stands`. */
    async outcome(
      lane: BatchLane,
      position: number,
      { of = batchId, stands = false } = {},
    ): Promise<Deferred | null> {
      let known: Deferred | null = null;
      await until(async () => {
        if (!stands) await gemini.batches.advance();
        known = await lane.look(keyOf(position), purposeOf(position, of), null);
        if (known?.as === "waiting") throw new Error("it is waited for");
      });
      return known;
    },
    /** Resolves once the jobs of the batch are so. */
    async jobsAre(
      lane: BatchLane,
      check: (jobs: Awaited<ReturnType<BatchLane["jobs"]>>) => void,
      of = batchId,
    ) {
      await until(async () => check(await lane.jobs(of, 100)));
    },
    /** Moves everything of the provider's jobs back in time. */
    age: (seconds: number) =>
      sql`
        update model_jobs set created_at = created_at - ${seconds} * interval '1 second',
          asked_at = asked_at - ${seconds} * interval '1 second', look_at = now()
        where provider = ${provider}
      `.execute(database.sql),
    /** Nobody holds a job any more, as if its process had gone. */
    endLeases: () =>
      sql`update model_jobs set leased_until = now() - interval '1 second' where provider = ${provider}`.execute(
        database.sql,
      ),
    /** By position, of the questions in the files that the provider was given. */
    async idOf(position: number): Promise<string> {
      const { rows } = await sql<{ id: string }>`
        select id from model_job_requests where batch_id = ${batchId} and position = ${position}
      `.execute(database.sql);
      return rows[0]?.id ?? "";
    },
    /** Micro-dollars: what the provider bills, and what the books say of the batches. */
    async bills(...of: readonly string[]) {
      const usages = await Promise.all([batchId, ...of].map((id) => ledger.batchUsage(id)));
      return {
        charged: Math.round(gemini.batches.charged(prices) * 1e6),
        booked: usages.reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0),
        calls: usages.reduce((sum, { calls }) => sum + calls, 0),
        possiblyPaidTwice: usages.reduce((sum, each) => sum + each.possiblyPaidTwice, 0),
      };
    },
  };
}
