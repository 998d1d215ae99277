import { expect, test } from "vitest";
import { measureCalls, measureQuotas } from "./model-metrics.ts";
import type { CallEnd, CallEntry } from "./models/ledger/contract.ts";
import type { GroupStatus } from "./models/quotas/contract.ts";
import { createMetrics } from "./platform/metrics.ts";

const call: CallEntry = {
  ...{ provider: "gemini", group: "shops", keyId: null, keyLabel: null, model: "flash" },
  ...{ batchId: null, position: null },
};
const answered: CallEnd = {
  ...{ outcome: "answered", modelUsed: "flash" },
  ...{ usage: { inputTokens: 1_200, outputTokens: 80 }, costMicros: 250 },
};
const nothing = { modelUsed: null, usage: null, costMicros: null };

async function series(metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> {
  const lines = (await metrics.text()).matchAll(/^(fovea_model[^ ]*) (.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
}

test("calls are counted by how they ended, with what they took and cost; what was not sent is no call", async () => {
  const metrics = createMetrics();
  const onEnded = measureCalls(metrics);
  onEnded(call, answered, 700);
  onEnded(call, answered, null);
  onEnded(call, { outcome: "rate_limited", ...nothing }, 20);
  onEnded(call, { outcome: "unused", ...nothing }, 5);
  const counted = await series(metrics);
  expect(counted).toMatchObject({
    'fovea_model_calls_total{provider="gemini",model="flash",outcome="answered"}': 2,
    'fovea_model_calls_total{provider="gemini",model="flash",outcome="rate_limited"}': 1,
    'fovea_model_tokens_total{provider="gemini",model="flash",direction="input"}': 2_400,
    'fovea_model_tokens_total{provider="gemini",model="flash",direction="output"}': 160,
    'fovea_model_cost_usd_total{provider="gemini",model="flash"}': 0.0005,
    'fovea_model_call_duration_seconds_count{provider="gemini",model="flash"}': 2,
    'fovea_model_call_duration_seconds_sum{provider="gemini",model="flash"}': 0.72,
  });
  expect(Object.keys(counted).filter((name) => name.includes("unused"))).toEqual([]);
});

test("callers who name model after model make no more series than a hundred and one", async () => {
  const metrics = createMetrics();
  const onEnded = measureCalls(metrics);
  for (let model = 0; model < 150; model += 1)
    onEnded({ ...call, provider: "replicate", model: `somebody/model-${model}` }, answered, null);
  const counted = await series(metrics);
  const calls = Object.keys(counted).filter((name) => name.startsWith("fovea_model_calls_total"));
  expect(calls).toHaveLength(101);
  expect(counted['fovea_model_calls_total{provider="replicate",model="other",outcome="answered"}']).toBe(50);
});

const group = (state: "open" | "parked" | "unusable"): GroupStatus => ({
  ...{ name: state, factor: 1, usedToday: 0 },
  limits: { requestsPerMinute: 60, requestsPerDay: null, tokensPerMinute: null, concurrency: null },
  parked: state === "open" ? null : { waitUntil: new Date(), reason: "The day is used up." },
  keys: [{ id: "1", label: "…AAAA", usable: state !== "unusable", lastError: null }],
});

const quotas = (waiting: number, ...groups: readonly GroupStatus[]) => ({
  waiting: () => waiting,
  status: async () => ({ asked: true, groups, suspicions: [] }),
});

test("groups of keys and who waits are told for each provider, all of its models together", async () => {
  const metrics = createMetrics();
  const known = new Map([
    ["gemini/flash", quotas(3, group("open"), group("parked"))],
    ["gemini/pro", quotas(4, group("unusable"), group("open"))],
    ["compatible", quotas(0, group("open"))],
  ]);
  measureQuotas(metrics, { quotas: () => known, now: () => 0 });
  expect(await series(metrics)).toEqual({
    'fovea_model_quota_groups{provider="gemini",state="open"}': 2,
    'fovea_model_quota_groups{provider="gemini",state="parked"}': 1,
    'fovea_model_quota_groups{provider="gemini",state="unusable"}': 1,
    'fovea_model_quota_groups{provider="compatible",state="open"}': 1,
    'fovea_model_quota_groups{provider="compatible",state="parked"}': 0,
    'fovea_model_quota_groups{provider="compatible",state="unusable"}': 0,
    'fovea_model_slots_waiting{provider="gemini"}': 7,
    'fovea_model_slots_waiting{provider="compatible"}': 0,
  });
});

test("while the database is away nothing is said of groups, and who waits is", async () => {
  const metrics = createMetrics();
  const away = { waiting: () => 2, status: () => Promise.reject(new Error("the database is away")) };
  measureQuotas(metrics, { quotas: () => new Map([["gemini/flash", away]]), now: () => 0 });
  expect(await series(metrics)).toEqual({ 'fovea_model_slots_waiting{provider="gemini"}': 2 });
});
