import { createHash } from "node:crypto";
import { createA1111Images } from "./models/images/a1111/a1111-images.ts";
import type { ImageProvider } from "./models/images/contract.ts";
import { createGeminiImages } from "./models/images/gemini/gemini-images.ts";
import { createLocalImages } from "./models/images/local/local-images.ts";
import { createOpenaiImages } from "./models/images/openai/openai.ts";
import { createReplicate } from "./models/images/replicate/replicate.ts";
import { type QuotaGroup, type QuotaLimits, unlimitedPerMinute } from "./models/quotas/contract.ts";
import { type DayReset, midnightIn } from "./models/quotas/day-reset.ts";
import { noKey } from "./models/quotas/parse-keys.ts";
import { type Config, invalidConfiguration } from "./platform/config.ts";
import { groupsOf, growsBack, isOpenAi } from "./provider-keys.ts";

/** A provider of pictures as it is configured. */
export interface ConfiguredImages {
  readonly provider: ImageProvider;
  /** What a job gets that names the provider alone. */
  readonly usual: string;
  /** Those that its tables tell something of, and that the address which is configured has. */
  readonly models: readonly string[];
  /** Whether it costs nobody anything: a machine of one's own. */
  readonly free: boolean;
  /** Null where nothing is limited and no key is asked for. */
  readonly quotas: {
    /** Also what the limits of one model are called in the database, where each has them for itself. */
    readonly scope: string;
    readonly limitsPerModel: boolean;
    readonly groups: readonly QuotaGroup[];
    readonly dayReset: DayReset;
  } | null;
}

/** What is asked for with one request, but for the pictures of a model that answers with them. */
const requestMs = 60_000;
const unlimited: QuotaLimits = {
  requestsPerMinute: unlimitedPerMinute,
  requestsPerDay: null,
  tokensPerMinute: null,
  concurrency: null,
};
/**
 * The providers that pictures can be had from, the one that jobs get who name none first. The last one makes them itself.
 *
 * @throws {AppError} `invalid_configuration`
 */
export function configuredImages(config: Config): readonly ConfiguredImages[] {
  return [replicate(config), openai(config), a1111(config), gemini(config), local()].filter(
    (each) => each !== null,
  );
}

const pictureMs = ({ MEDIA_TIMEOUT_SECONDS }: Config) => MEDIA_TIMEOUT_SECONDS * 1_000;

function replicate(config: Config): ConfiguredImages | null {
  if (config.REPLICATE_API_TOKEN.length === 0) return null;
  const limits = { ...unlimited, requestsPerMinute: config.REPLICATE_RATE_LIMIT_RPM };
  const groups = groupsOf("REPLICATE_API_TOKEN", config.REPLICATE_API_TOKEN, limits);
  const provider = createReplicate({ baseUrl: config.REPLICATE_BASE_URL, deadlineMs: requestMs });
  return {
    provider,
    models: provider.models,
    usual: config.REPLICATE_MODEL,
    free: false,
    quotas: { scope: "replicate", limitsPerModel: false, groups, dayReset: growsBack },
  };
}

function openai(config: Config): ConfiguredImages | null {
  const usual = config.OPENAI_MODEL ?? (isOpenAi(config) ? "gpt-image-2" : undefined);
  // A server that images are only looked at with.
  if (usual === undefined) return null;
  const keys = config.OPENAI_API_KEY;
  if (keys.length === 0 && isOpenAi(config)) {
    if (config.OPENAI_MODEL === undefined) return null;
    throw invalidConfiguration(["OPENAI_API_KEY: is missing; OPENAI_MODEL is asked with a key only"]);
  }
  const limits = {
    ...unlimited,
    requestsPerMinute: config.OPENAI_RATE_LIMIT_RPM ?? (isOpenAi(config) ? 50 : unlimitedPerMinute),
    tokensPerMinute: config.OPENAI_RATE_LIMIT_TPM ?? (isOpenAi(config) ? 40_000 : null),
    concurrency: config.OPENAI_CONCURRENCY ?? (isOpenAi(config) ? null : 1),
  };
  const groups =
    keys.length > 0 ? groupsOf("OPENAI_API_KEY", keys, limits) : [{ name: "server", keys: [noKey], limits }];
  const provider = createOpenaiImages({ baseUrl: config.OPENAI_BASE_URL, deadlineMs: pictureMs(config) });
  return {
    provider,
    models: isOpenAi(config) ? provider.models : [],
    usual,
    free: false,
    quotas: { scope: "openai", limitsPerModel: true, groups, dayReset: growsBack },
  };
}

function a1111(config: Config): ConfiguredImages | null {
  const { A1111_BASE_URL: server, A1111_CREDENTIALS: secret } = config;
  if (server === undefined) return null;
  const key =
    secret === undefined
      ? noKey
      : { id: createHash("sha256").update(secret).digest("hex").slice(0, 32), label: "credentials", secret };
  const limits = { ...unlimited, concurrency: config.A1111_CONCURRENCY };
  return {
    provider: createA1111Images({
      baseUrl: server.endsWith("/sdapi/v1") ? server : `${server}/sdapi/v1`,
      deadlineMs: pictureMs(config),
    }),
    usual: config.A1111_MODEL,
    models: [],
    free: true,
    quotas: {
      ...{ scope: "a1111", limitsPerModel: false, dayReset: growsBack },
      groups: [{ name: "server", keys: [key], limits }],
    },
  };
}

function gemini(config: Config): ConfiguredImages | null {
  if (config.GEMINI_API_KEYS.length === 0) return null;
  const limits = {
    ...unlimited,
    requestsPerMinute: config.GEMINI_RPM_PER_KEY,
    requestsPerDay: config.GEMINI_RPD_PER_KEY ?? null,
  };
  const provider = createGeminiImages({ baseUrl: config.GEMINI_BASE_URL, deadlineMs: pictureMs(config) });
  return {
    provider,
    models: provider.models,
    usual: config.GEMINI_IMAGE_MODEL,
    free: false,
    quotas: {
      ...{ scope: "gemini", limitsPerModel: true, dayReset: midnightIn("America/Los_Angeles") },
      groups: groupsOf("GEMINI_API_KEYS", config.GEMINI_API_KEYS, limits),
    },
  };
}

function local(): ConfiguredImages {
  const images = createLocalImages();
  return {
    provider: {
      name: images.name,
      models: [images.model],
      describe: () => images.describe(),
      check: (_model, request) => images.check(request),
      start: async ({ prepared, ...call }) => ({
        as: "finished",
        status: await images.start(prepared, call),
      }),
    },
    usual: images.model,
    models: [images.model],
    free: true,
    quotas: null,
  };
}
