import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import type { ModelTerms } from "./features/analysis/estimate.ts";
import type { Choices } from "./features/analysis/upload-fields.ts";
import type { Vision } from "./features/analysis/vision.ts";
import { createGeminiLane } from "./gemini-lane.ts";
import type { BatchLane } from "./models/batch-lane/contract.ts";
import type { Wanted } from "./models/batch-lane/settings.ts";
import type { Catalog } from "./models/catalog.ts";
import type { VisionModel } from "./models/contract.ts";
import { createHostedVision, type HostedModel } from "./models/hosted/hosted-vision.ts";
import { tracedModel, tracedProvider } from "./models/hosted/traced-provider.ts";
import type { Ledger } from "./models/ledger/contract.ts";
import { createLocalVision } from "./models/local/local-vision.ts";
import { type Quotas, unlimitedPerMinute } from "./models/quotas/contract.ts";
import { createQuotas } from "./models/quotas/quotas.ts";
import { shutdownWarning } from "./models/shutdown-warning.ts";
import { type Config, invalidConfiguration } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";
import { type ConfiguredProvider, configuredProviders } from "./vision-providers.ts";

export interface ComposedVision {
  readonly vision: Vision;
  /** What a batch may ask for. */
  readonly choices: Choices;
  readonly lanes: ReadonlyMap<string, BatchLane>;
  /** Who is asked for each model: `gemini`, `openai`, `anthropic`, `compatible`, or `local`. */
  readonly providers: ReadonlyMap<string, string>;
  /** Of what can be asked, by what they are called in the database: `gemini/gemini-3.5-flash-lite`. */
  readonly quotas: ReadonlyMap<string, Quotas>;
  /** Those of each provider's usual model. */
  readonly usualQuotas: ReadonlySet<string>;
  /** Until when every group of keys of a model rests; null where one does not. */
  waitingUntil(model: string | null): Promise<Date | null>;
  readonly keys: number;
  /** What is known of a model before it is asked: by its name, or null for the usual one; null where there is none. */
  termsOf(name: string | null): ModelTerms | null;
  /** What somebody should know of the models that batches get: sentences. */
  warnings(now: Date): readonly string[];
  /** Takes up what a process before has left; for processes that work on batches. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Pictures wait in line with their bytes in memory; whoever would wait longer comes back. */
const patienceMs = 120_000;
const maxOutputTokens = 2_048;

interface Hosted {
  readonly model: VisionModel;
  readonly entry: HostedModel;
  readonly quotas: Quotas;
  readonly rates: ModelTerms["rates"];
}

/** The models that batches can be worked on with: those of providers with keys, and the one that needs none. */
export function composeVision(
  config: Config,
  logger: Logger,
  {
    catalog,
    database,
    ledger,
    trace = noTrace,
    wanted,
  }: {
    readonly catalog: Catalog;
    readonly database: Database;
    readonly ledger: Ledger;
    readonly trace?: Trace;
    /** What is to become of a batch's questions. */
    readonly wanted: (batchId: string) => Promise<Wanted>;
  },
): ComposedVision {
  const providers = configuredProviders(config, catalog);
  const providerOf = new Map<string, string>();
  const quotas = new Map<string, Quotas>();
  const hosted = new Map<string, Hosted>();
  const lanes = new Map<string, BatchLane>();
  const local = tracedModel(createLocalVision({ workers: availableParallelism() }), trace);
  for (const configured of providers) {
    const { scope, groups, dayReset } = configured;
    const provider = tracedProvider(configured.provider, trace);
    const quotasFor = (model: HostedModel): Quotas => {
      const name = quotasName(configured, model);
      const known = quotas.get(name);
      if (known) return known;
      const created = createQuotas({
        ...{ database: database.sql, scope: name, keyScope: scope, groups, dayReset },
        onError: (error) => logger.warn({ err: error }, "the books of a quota were not written"),
      });
      quotas.set(name, created);
      return created;
    };
    const lane =
      configured.batches &&
      createGeminiLane(config, {
        ...{ configured, batches: configured.batches, quotas: quotasFor(configured.usual) },
        ...{ ledger, database, logger, maxOutputTokens, wanted },
      });
    for (const entry of configured.models) {
      // The catalog's own names are unique; a server of one's own may have one of them too, or the offline one's.
      if (hosted.has(entry.id) || entry.id === local.name) throw takenName(entry.id);
      const model = createHostedVision({
        ...{ provider, model: entry, quotas: quotasFor(entry), ledger, maxOutputTokens, patienceMs },
        now: Date.now,
      });
      if (lane) lanes.set(entry.id, lane);
      providerOf.set(entry.id, provider.name);
      hosted.set(entry.id, { model, entry, quotas: quotasFor(entry), rates: ratesOf(configured) });
    }
  }
  const named = new Map<string, VisionModel>([[local.name, local]]);
  for (const [name, { model }] of hosted) named.set(name, model);
  const usual = usualOf(config, named, catalog, providers);
  const used = [...new Set([...(usual ? [usual.name] : []), ...providers.map((each) => each.usual.id)])];
  const warnings = (now: Date) =>
    used.flatMap((name) => {
      const entry = hosted.get(name)?.entry;
      return (entry && shutdownWarning(entry, now)) ?? [];
    });
  for (const warning of warnings(new Date())) logger.warn(warning);
  const find = (name: string | null) => (name === null ? usual : (named.get(name) ?? null));
  return {
    vision: { usual, named, lanes },
    lanes,
    providers: providerOf.set(local.name, local.name),
    choices: {
      models: [...named.keys()],
      usual: usual?.name ?? null,
      defaultOnly: [...named.values()].filter(answersDefaultOnly).map(({ name }) => name),
      laneModels: [...lanes.keys()],
    },
    quotas,
    usualQuotas: new Set(providers.map((each) => quotasName(each, each.usual))),
    keys: providers.flatMap(({ groups }) => groups.flatMap(({ keys }) => keys.filter(hasSecret))).length,
    warnings,
    termsOf(name) {
      const model = find(name);
      if (!model) return null;
      const { entry = null, rates = null } = hosted.get(model.name) ?? {};
      return { name: model.name, entry, rates };
    },
    async waitingUntil(name) {
      const ofModel = hosted.get(find(name)?.name ?? "")?.quotas;
      const groups = (await ofModel?.status())?.groups ?? [];
      const open = groups.filter((group) => group.keys.some(({ usable }) => usable));
      if (open.length === 0 || open.some(({ parked }) => parked === null)) return null;
      return new Date(Math.min(...open.map(({ parked }) => parked?.waitUntil.getTime() ?? 0)));
    },
    async start() {
      for (const lane of new Set(lanes.values())) await lane.start();
    },
    async close() {
      await Promise.all([...new Set(lanes.values())].map((each) => each.close()));
      await Promise.all([...quotas.values()].map((each) => each.close()));
      await Promise.all([...named.values()].map((each) => each.close()));
    },
  };
}

const quotasName = ({ scope, limitsPerModel }: ConfiguredProvider, { id }: HostedModel) =>
  limitsPerModel ? `${scope}/${id}` : scope;

const takenName = (name: string) =>
  invalidConfiguration([
    `OPENAI_VISION_MODEL: ${name} is a model of another provider that can be asked; give the server's another name there`,
  ]);

const answersDefaultOnly = ({ answers }: VisionModel) => answers === "the default question";

const hasSecret = ({ secret }: { readonly secret: string | null }) => secret !== null;

/** @throws {AppError} `invalid_configuration` where the one that is asked for cannot be had */
function usualOf(
  { VISION_MODEL: asked, ENVIRONMENT }: Config,
  named: ReadonlyMap<string, VisionModel>,
  catalog: Catalog,
  [first]: readonly ConfiguredProvider[],
): VisionModel | null {
  if (asked !== undefined) {
    const model = named.get(asked) ?? named.get(catalog.findModel(asked)?.id ?? "");
    if (model) return model;
    const advice = "set the key of its provider too, or name one of the models that can be asked";
    throw invalidConfiguration([`VISION_MODEL: ${asked} cannot be asked; ${advice}`]);
  }
  if (first) return named.get(first.usual.id) ?? null;
  // Outside development nobody is content with text recognition who has not asked for it.
  return ENVIRONMENT === "development" ? (named.get("local") ?? null) : null;
}

/** What all groups together allow; null where nothing is limited. */
function ratesOf({ groups }: ConfiguredProvider): ModelTerms["rates"] {
  const isUnlimited = ({ limits }: ConfiguredProvider["groups"][number]) =>
    limits.requestsPerMinute === unlimitedPerMinute && limits.tokensPerMinute === null;
  if (groups.every(isUnlimited)) return null;
  const sum = (of: "requestsPerDay" | "tokensPerMinute") =>
    groups.reduce<number | null>((total, { limits }) => {
      const limit = limits[of];
      return total === null || limit === null ? null : total + limit;
    }, 0);
  return {
    requestsPerMinute: groups.reduce((total, { limits }) => total + limits.requestsPerMinute, 0),
    requestsPerDay: sum("requestsPerDay"),
    tokensPerMinute: sum("tokensPerMinute"),
  };
}
