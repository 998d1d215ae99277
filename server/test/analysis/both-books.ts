import { sql } from "kysely";
import { expect } from "vitest";
import { loadCatalog } from "../../src/models/catalog.ts";
import type { KeyUsage, UnansweredCall, Usage } from "../../src/models/ledger/contract.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import type { Place } from "../databases.ts";
import type { AnalysisClient } from "./client.ts";
import { type HostedRun, labelOf, model, tokensOf } from "./hosted-run.ts";
import { assertNothingCounted, inspect } from "./service-process.ts";

/** What the service says was asked, row by row and in sums. */
export interface OurBooks {
  readonly calls: readonly {
    readonly position: number;
    readonly key: string;
    readonly outcome: string | null;
    readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
    readonly costMicros: number | null;
  }[];
  readonly total: Usage;
  readonly ofKeys: readonly KeyUsage[];
  readonly unanswered: readonly UnansweredCall[];
}

/** Reads the books of a batch whose services have ended. */
export const readOurBooks = (place: Place, batchId: string): Promise<OurBooks> =>
  inspect(place, async (database) => {
    await assertNothingCounted(database, batchId);
    const ledger = createLedger({ database, now: Date.now });
    await ledger.recover();
    const { rows: calls } = await sql<OurBooks["calls"][number]>`
      select position, key_label as key, outcome, cost_micros as "costMicros",
        case when input_tokens is not null
          then json_build_object('inputTokens', input_tokens, 'outputTokens', output_tokens) end as usage
      from model_calls where batch_id = ${batchId}::uuid order by position, begun_at
    `.execute(database.sql);
    const total = await ledger.batchUsage(batchId);
    const ofKeys = await ledger.keyUsage(new Date(0));
    const unanswered = await ledger.unanswered(batchId, calls.length + 1);
    await ledger.close();
    return { calls, total, ofKeys, unanswered };
  });

/**
 * Every row has one result: the answer about its own picture, and what that took.
 *
 * @returns how many rows have it from the cache, for nothing: those whose process was killed between answer and result
 */
export async function assertEachAnswered(
  client: AnalysisClient,
  batchId: string,
  { urls, hashes }: HostedRun,
): Promise<number> {
  expect(await client.progress(batchId)).toMatchObject({
    ...{ status: "completed", total_urls: urls.length, processed_count: urls.length },
    ...{ successful_count: urls.length, failed_count: 0 },
  });
  const found = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await client.results(batchId, `?limit=1000&after=${after}`);
    found.push(...page.results);
    after = page.next_after;
  }
  expect(
    found.map(({ row, url, success, image_description, gemini_model_used }) => ({
      ...{ row, url, success, image_description, gemini_model_used },
    })),
  ).toEqual(
    urls.map((url, index) => ({
      ...{ row: index + 1, url, success: true, image_description: hashes[index], gemini_model_used: model },
    })),
  );
  for (const [index, hash] of hashes.entries()) {
    const { inputTokens, outputTokens } = tokensOf(hash);
    const { cache_hit, input_tokens, output_tokens, estimated_cost_usd } = found[index] ?? {};
    expect({ row: index + 1, input_tokens, output_tokens, estimated_cost_usd }).toEqual({
      row: index + 1,
      input_tokens: cache_hit ? 0 : inputTokens,
      output_tokens: cache_hit ? 0 : outputTokens,
      estimated_cost_usd: cache_hit ? 0 : microsOf(hash) / 1e6,
    });
  }
  return found.filter(({ cache_hit }) => cache_hit).length;
}

/**
 * The provider's books and ours, call by call. Ours has every request, and each at the row and the key that it was for.
 * What it does not know the end of is listed; of everything else tokens and money agree.
 *
 * @returns the row of each request that was one too many
 */
export function assertBooksAgree({ gemini, hashes }: HostedRun, ours: OurBooks): readonly number[] {
  const { entries } = gemini.books;
  expect(entries.filter(({ status }) => status !== 200)).toEqual([]);
  const rowOf = new Map(hashes.map((hash, position) => [hash, position]));
  const position = (hash: string | null) => rowOf.get(hash ?? "") ?? Number.NaN;
  const asked = countBy(entries, ({ image, key }) => `${position(image)} ${labelOf(key)}`);
  const known = ours.calls.filter(({ outcome }) => outcome !== "lost");
  expect([...new Set(known.map(({ outcome }) => outcome))]).toEqual(["answered"]);
  const name = (call: { position: number | null; key: string | null }) => `${call.position} ${call.key}`;
  const answered = countBy(known, name);
  const all = countBy(ours.calls, name);
  const wrong = [...new Set([...asked.keys(), ...all.keys()])].filter((call) => {
    const times = asked.get(call) ?? 0;
    return times < (answered.get(call) ?? 0) || times > (all.get(call) ?? 0);
  });
  expect(wrong, "calls that one of the books does not have").toEqual([]);

  const paid = countBy(known, (call) => call.position);
  const paidAgain = [...paid].filter(([, times]) => times > 1);
  expect(paidAgain, "rows asked again although the books had their answer").toEqual([]);
  for (const call of known) {
    const hash = hashes[call.position] ?? "";
    expect(call).toMatchObject({ usage: tokensOf(hash), costMicros: microsOf(hash) });
  }
  const lost = ours.calls.filter(({ outcome }) => outcome === "lost");
  expect(ours.unanswered.map((call) => `${call.position} ${call.keyLabel}`).sort()).toEqual(
    lost.map(name).sort(),
  );
  const sums = (calls: OurBooks["calls"]) => ({
    calls: calls.length,
    inputTokens: sum(calls.map(({ usage }) => usage?.inputTokens ?? 0)),
    outputTokens: sum(calls.map(({ usage }) => usage?.outputTokens ?? 0)),
    costMicros: sum(calls.map(({ costMicros }) => costMicros ?? 0)),
    unpriced: 0,
    possiblyPaidTwice: calls.filter(({ outcome }) => outcome === "lost").length,
  });
  expect(ours.total).toEqual(sums(ours.calls));
  const labels = [...new Set(ours.calls.map(({ key }) => key))];
  expect(byLabel(ours.ofKeys)).toEqual(
    Object.fromEntries(labels.map((label) => [label, sums(ours.calls.filter(({ key }) => key === label))])),
  );

  const requests = countBy(entries, ({ image }) => position(image));
  const listed = countBy(
    ours.unanswered.filter(({ askedAgain }) => askedAgain),
    (call) => call.position,
  );
  const again = [...requests].filter(([, times]) => times > 1);
  const unlisted = again.filter(([row, times]) => times - 1 > (listed.get(row) ?? 0));
  expect(unlisted, "rows that were paid for twice without being listed").toEqual([]);
  return again.flatMap(([row, times]) => Array<number>(times - 1).fill(row));
}

/** What the provider bills, in micro-dollars and by the labels of its keys. */
export function billOf({ gemini, hashes }: HostedRun) {
  const { entries } = gemini.books;
  const known = new Set(hashes);
  const billed = entries.filter(({ status, image }) => status === 200 && known.has(image ?? ""));
  return {
    requests: billed.length,
    inputTokens: sum(billed.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(billed.map(({ outputTokens }) => outputTokens)),
    costMicros: sum(billed.map(({ image }) => microsOf(image ?? ""))),
    ofKeys: Object.fromEntries(
      Object.entries(gemini.books.billed()).map(([key, bill]) => [labelOf(key), bill]),
    ),
  };
}

const prices = loadCatalog().findModel(model);

/** Rounded half up, call by call; prices have at most four decimals. */
function microsOf(hash: string): number {
  const { inputTokens, outputTokens } = tokensOf(hash);
  const input = Math.round((prices?.input_price_usd_per_million ?? Number.NaN) * 10_000);
  const output = Math.round((prices?.output_price_usd_per_million ?? Number.NaN) * 10_000);
  return Math.floor((input * inputTokens + output * outputTokens + 5_000) / 10_000);
}

const amounts = [
  "calls",
  "inputTokens",
  "outputTokens",
  "costMicros",
  "unpriced",
  "possiblyPaidTwice",
] as const;

/** Of all days: a run around midnight has two. */
const byLabel = (usages: readonly KeyUsage[]) => {
  const sums: Record<string, Record<string, number>> = {};
  for (const { keyLabel, ...usage } of usages) {
    const total = sums[keyLabel ?? ""] ?? {};
    sums[keyLabel ?? ""] = total;
    for (const amount of amounts) total[amount] = (total[amount] ?? 0) + (usage[amount] ?? 0);
  }
  return sums;
};

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function countBy<Item, Name>(items: readonly Item[], name: (item: Item) => Name): Map<Name, number> {
  const counts = new Map<Name, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return counts;
}
