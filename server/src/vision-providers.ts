import type { CatalogModel, ProviderName } from "./models/catalog.schema.ts";
import type { Catalog } from "./models/catalog.ts";
import { createAnthropic } from "./models/hosted/anthropic.ts";
import { createCompatible } from "./models/hosted/compatible.ts";
import { createGemini } from "./models/hosted/gemini.ts";
import { createGeminiBatches, type GeminiBatches } from "./models/hosted/gemini-batches.ts";
import type { HostedModel } from "./models/hosted/hosted-vision.ts";
import { createOpenAi } from "./models/hosted/openai.ts";
import type { HostedProvider } from "./models/hosted/provider.ts";
import { unlistedModel } from "./models/hosted/unlisted-model.ts";
import { type QuotaGroup, unlimitedPerMinute } from "./models/quotas/contract.ts";
import { type DayReset, midnightIn } from "./models/quotas/day-reset.ts";
import { noKey } from "./models/quotas/parse-keys.ts";
import { type Config, invalidConfiguration } from "./platform/config.ts";
import { groupsOf, growsBack, isOpenAi } from "./provider-keys.ts";

/** A provider that can be asked, as it is configured. */
export interface ConfiguredProvider {
  readonly provider: HostedProvider;
  /** What its quotas are called in the database. */
  readonly scope: string;
  /** Whether each model has the limits for itself, as vendors have it; a server shares what it has. */
  readonly limitsPerModel: boolean;
  readonly groups: readonly QuotaGroup[];
  readonly dayReset: DayReset;
  /** Those that a batch may name. */
  readonly models: readonly HostedModel[];
  /** What a batch gets that names none. */
  readonly usual: HostedModel;
  /** Its batch API, where it has one. */
  readonly batches?: GeminiBatches;
}

/** A question with its picture has reached the provider and its answer is here; a page of text takes a model long. */
const deadlineMs = 120_000;

/** A server of one's own may have to load the model first, and works on pictures one after the other. */
const ownServerDeadlineMs = 600_000;

/**
 * The providers that can be asked, the one that batches get who name no model first.
 *
 * @throws {AppError} `invalid_configuration`
 */
export function configuredProviders(config: Config, catalog: Catalog): readonly ConfiguredProvider[] {
  const read = { config, catalog };
  return [gemini(read), openAi(read), anthropic(read), ownServer(read)].filter((each) => each !== null);
}

interface Read {
  readonly config: Config;
  readonly catalog: Catalog;
}

function gemini({ config, catalog }: Read): ConfiguredProvider | null {
  if (config.GEMINI_API_KEYS.length === 0) return null;
  const limits = {
    requestsPerMinute: config.GEMINI_RPM_PER_KEY,
    requestsPerDay: config.GEMINI_RPD_PER_KEY ?? null,
    tokensPerMinute: config.GEMINI_TPM_PER_KEY ?? null,
    concurrency: null,
  };
  return {
    provider: createGemini({ baseUrl: config.GEMINI_BASE_URL, deadlineMs }),
    scope: "gemini",
    limitsPerModel: true,
    groups: groupsOf("GEMINI_API_KEYS", config.GEMINI_API_KEYS, limits),
    dayReset: midnightIn("America/Los_Angeles"),
    ...listedModels(catalog, "gemini", "GEMINI_MODEL", config.GEMINI_MODEL),
    batches: createGeminiBatches({ baseUrl: config.GEMINI_BASE_URL, deadlineMs }),
  };
}

const openAiApi = (config: Config) => config.OPENAI_VISION_API ?? (isOpenAi(config) ? "responses" : "chat");

function openAi({ config, catalog }: Read): ConfiguredProvider | null {
  if (openAiApi(config) !== "responses") return null;
  if (config.OPENAI_API_KEY.length === 0) {
    if (isOpenAi(config)) return null;
    throw invalidConfiguration([
      "OPENAI_API_KEY: is missing; a server's Responses API is asked with a key only",
    ]);
  }
  const limits = {
    requestsPerMinute: config.OPENAI_RATE_LIMIT_RPM ?? (isOpenAi(config) ? 50 : unlimitedPerMinute),
    requestsPerDay: null,
    tokensPerMinute: config.OPENAI_RATE_LIMIT_TPM ?? (isOpenAi(config) ? 40_000 : null),
    concurrency: config.OPENAI_CONCURRENCY ?? null,
  };
  return {
    provider: createOpenAi({ baseUrl: config.OPENAI_BASE_URL, deadlineMs }),
    scope: "openai",
    limitsPerModel: true,
    groups: groupsOf("OPENAI_API_KEY", config.OPENAI_API_KEY, limits),
    dayReset: growsBack,
    ...listedModels(catalog, "openai", "OPENAI_VISION_MODEL", config.OPENAI_VISION_MODEL?.[0]),
  };
}

function anthropic({ config, catalog }: Read): ConfiguredProvider | null {
  if (config.ANTHROPIC_API_KEY.length === 0) return null;
  const limits = {
    requestsPerMinute: config.ANTHROPIC_RPM_PER_KEY,
    requestsPerDay: null,
    tokensPerMinute: config.ANTHROPIC_TPM_PER_KEY ?? null,
    concurrency: null,
  };
  return {
    provider: createAnthropic({ baseUrl: config.ANTHROPIC_BASE_URL, deadlineMs }),
    scope: "anthropic",
    limitsPerModel: true,
    groups: groupsOf("ANTHROPIC_API_KEY", config.ANTHROPIC_API_KEY, limits),
    dayReset: growsBack,
    ...listedModels(catalog, "claude", "ANTHROPIC_MODEL", config.ANTHROPIC_MODEL),
  };
}

/** Ollama, llama.cpp, vLLM, LM Studio, and vendors that speak as they do. */
function ownServer({ config, catalog }: Read): ConfiguredProvider | null {
  if (openAiApi(config) !== "chat") return null;
  if (isOpenAi(config)) {
    // Where its current models refuse `max_tokens`, which is the only word that all others know.
    const advice = "leave it out, or name another server in OPENAI_BASE_URL";
    throw invalidConfiguration([`OPENAI_VISION_API: OpenAI itself is asked by its Responses API; ${advice}`]);
  }
  const [usual, ...others] = config.OPENAI_VISION_MODEL ?? [];
  if (usual === undefined) {
    // A server for images alone is none of analysis'.
    if (config.OPENAI_VISION_API === undefined) return null;
    throw invalidConfiguration(["OPENAI_VISION_MODEL: name the model, since OPENAI_VISION_API is chat"]);
  }
  const limits = {
    requestsPerMinute: config.OPENAI_RATE_LIMIT_RPM ?? unlimitedPerMinute,
    requestsPerDay: null,
    tokensPerMinute: config.OPENAI_RATE_LIMIT_TPM ?? null,
    concurrency: config.OPENAI_CONCURRENCY ?? 4,
  };
  return {
    provider: createCompatible({ baseUrl: config.OPENAI_BASE_URL, deadlineMs: ownServerDeadlineMs }),
    scope: "compatible",
    limitsPerModel: false,
    groups:
      config.OPENAI_API_KEY.length > 0
        ? groupsOf("OPENAI_API_KEY", config.OPENAI_API_KEY, limits)
        : [{ name: "server", keys: [noKey], limits }],
    dayReset: growsBack,
    models: [...new Set([usual, ...others])].map((name) => ownModel(name, catalog)),
    usual: ownModel(usual, catalog),
  };
}

/** The server is asked for the very name that is configured, whatever the catalog calls the model. */
function ownModel(name: string, catalog: Catalog): HostedModel {
  const listed = catalog.findModel(name);
  return listed ? { ...listed, id: name, aliases: [listed.id, ...listed.aliases] } : unlistedModel(name);
}

function listedModels(
  catalog: Catalog,
  name: ProviderName,
  setting: string,
  asked: string | undefined,
): { readonly models: readonly CatalogModel[]; readonly usual: CatalogModel } {
  const models = catalog.models().filter(({ provider }) => provider === name);
  const usual = asked === undefined ? catalog.defaultModel(name) : catalog.findModel(asked);
  if (usual && usual.provider === name) return { models, usual };
  const near = catalog.suggest(asked ?? "").filter((id) => models.some((model) => model.id === id));
  const advice =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : `it has ${models.map(({ id }) => id).join(", ")}`;
  throw invalidConfiguration([
    `${setting}: the model catalog has no ${asked} of ${catalog.provider(name).label}; ${advice}`,
  ]);
}
