import { Counter, Gauge, Histogram } from "prom-client";
import type { OnCallEnded } from "./models/ledger/contract.ts";
import type { Quotas } from "./models/quotas/contract.ts";
import type { Metrics } from "./platform/metrics.ts";
import { shareReading } from "./platform/share-reading.ts";

/** Each model has series of its own, and of some providers a request may name any model: further ones are one series. */
const mostModels = 100;

/** Counts and times the calls to providers of models that this process has in its books. */
export function measureCalls({ registry }: Metrics): OnCallEnded {
  const registers = [registry];
  const calls = new Counter({
    name: "fovea_model_calls_total",
    help: "Calls to providers of models that were sent and have ended, those of batch APIs included. Of this process.",
    labelNames: ["provider", "model", "outcome"],
    registers,
  });
  const tokens = new Counter({
    name: "fovea_model_tokens_total",
    help: "Tokens of calls, as providers counted them. Of this process.",
    labelNames: ["provider", "model", "direction"],
    registers,
  });
  const cost = new Counter({
    name: "fovea_model_cost_usd_total",
    help: "US dollars that calls have cost, an estimate: by listed prices, without calls whose price is not known. Of this process.",
    labelNames: ["provider", "model"],
    registers,
  });
  const duration = new Histogram({
    name: "fovea_model_call_duration_seconds",
    help: "From sending a question to a model until its answer, whatever that is; without batch APIs and models that make pictures. Of this process.",
    labelNames: ["provider", "model"],
    buckets: [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300],
    registers,
  });
  const known = new Set<string>();
  const nameOf = (provider: string, model: string) => {
    const name = `${provider} ${model}`;
    if (known.has(name)) return model;
    if (known.size >= mostModels) return "other";
    known.add(name);
    return model;
  };
  return ({ provider, model: asked }, { outcome, usage, costMicros }, tookMs) => {
    // Nothing was sent.
    if (outcome === "unused") return;
    const model = nameOf(provider, asked);
    calls.inc({ provider, model, outcome });
    if (tookMs !== null) duration.observe({ provider, model }, tookMs / 1_000);
    if (usage) {
      tokens.inc({ provider, model, direction: "input" }, usage.inputTokens);
      tokens.inc({ provider, model, direction: "output" }, usage.outputTokens);
    }
    if (costMicros !== null) cost.inc({ provider, model }, costMicros / 1_000_000);
  };
}

type Told = Pick<Quotas, "status" | "waiting">;

interface QuotaMetricsOptions {
  /** By what they are called in the database: a provider, or a provider and its model. They may become more. */
  readonly quotas: () => ReadonlyMap<string, Told>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

const groupStates = ["open", "parked", "unusable"] as const;
type Groups = Readonly<Record<(typeof groupStates)[number], number>>;
const noGroups: Groups = { open: 0, parked: 0, unusable: 0 };

/**
 * How the quotas of providers stand: of all models of a provider together. Groups are read from the database, at most every
 * fifteen seconds; while that is away their series are absent.
 */
export function measureQuotas({ registry }: Metrics, { quotas, now }: QuotaMetricsOptions): void {
  const read = async () => {
    const groups = new Map<string, Groups>();
    for (const name of quotas().keys()) groups.set(providerOf(name), noGroups);
    for (const [name, each] of quotas()) {
      const provider = providerOf(name);
      const sum = { ...(groups.get(provider) ?? noGroups) };
      for (const { keys, parked } of (await each.status()).groups)
        sum[keys.every(({ usable }) => !usable) ? "unusable" : parked ? "parked" : "open"] += 1;
      groups.set(provider, sum);
    }
    return groups;
  };
  const status = shareReading({ read, now, freshMs: 15_000, patienceMs: 2_000 });
  new Gauge({
    name: "fovea_model_quota_groups",
    help: "Groups of keys, counted for each model: those that may be asked, those that their provider has refused for now or whose day is used up, and those without a key that is accepted. Of the database.",
    labelNames: ["provider", "state"],
    registers: [registry],
    async collect() {
      const groups = await status();
      this.reset();
      for (const [provider, sum] of groups ?? [])
        for (const state of groupStates) this.set({ provider, state }, sum[state]);
    },
  });
  new Gauge({
    name: "fovea_model_slots_waiting",
    help: "Questions that wait for their turn in the quota of a provider, with their pictures in memory. Of this process.",
    labelNames: ["provider"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [name, each] of quotas()) this.inc({ provider: providerOf(name) }, each.waiting());
    },
  });
}

const providerOf = (name: string) => name.split("/", 1)[0] ?? name;
