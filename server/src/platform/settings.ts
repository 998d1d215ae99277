import { z } from "zod";
import { isSingleTenant } from "./auth/entra.ts";
import { isCidr } from "./network.ts";

/** One configuration variable: how it is parsed, and what `docs/configuration.md` says of it. */
export interface Setting {
  readonly group: string;
  readonly description: string;
  /** How the default reads in the documentation. */
  readonly default: string;
  /** Validated already, but read by a part of the service that does not exist yet. */
  readonly reserved?: true;
}

const list = (text: string) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum, {
      error: `expected a whole number from ${minimum} to ${maximum}`,
    })
    .transform(Number);
const port = wholeNumber(0, 65_535);
const flag = z
  .enum(["on", "off", "true", "false", "1", "0", "yes", "no"], { error: "expected on or off" })
  .transform((text) => ["on", "true", "1", "yes"].includes(text));
const hasUser = ({ username, password }: URL) => username !== "" || password !== "";
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `expected one of: ${values.join(", ")}` });
/** Paths are put behind it, and it is named in logs and errors: no place for a password. */
const httpUrl = z
  .url({ protocol: /^https?$/, error: "expected an http:// or https:// address", abort: true })
  .refine((text) => !/[?#]/.test(text), {
    error: "expected an address without a query (?) or a fragment (#)",
    abort: true,
  })
  .refine((text) => !hasUser(new URL(text)), { error: "expected an address without a user name or password" })
  .transform((text) => text.replace(/\/+$/, ""));
const text = z.string();
const secretList = z.string().transform(list);

/** With fewer bytes anybody could sign. */
const isWebhookSecret = (text: string) => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  return base64 !== undefined && Buffer.from(base64, "base64").length >= 16;
};

const serviceAddress = (fallback: string) => httpUrl.default(fallback);

/** `60/minute` or `5/second`, `1000/hour`; `off` for none. */
const rate = z
  .string()
  .regex(/^([1-9]\d{0,8}\/(second|minute|hour)|off)$/, { error: "expected a rate such as 60/minute, or off" })
  .transform((text) => {
    if (text === "off") return null;
    const [count, unit] = text.split("/");
    const windows = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
    return { max: Number(count), windowMs: windows[unit as keyof typeof windows] };
  });

function describe<Schema extends z.ZodType>(
  schema: Schema,
  group: string,
  fallback: string,
  description: string,
  more: { reserved?: true } = {},
): Schema {
  return schema.meta({ group, default: fallback, description, ...more } satisfies Setting);
}
const later = { reserved: true } as const;

/**
 * The table of all settings: one name each, parsed from text. What is described here is all there is: the
 * reference page is generated from it.
 */
export const settings = {
  PORT: describe(port.default(8000), "Listening", "`8000`", "Port of the service. `0` takes any free one."),
  HOST: describe(
    text.default("127.0.0.1"),
    "Listening",
    "`127.0.0.1`",
    "Address it listens on. Other machines reach it only when this is not a loopback address.",
  ),
  PORTS: describe(
    z.string().transform(list).pipe(z.array(port)).default([]),
    "Listening",
    "–",
    "Further ports for the same service, for drop-in replacement: `8001,5001,3560`.",
  ),
  PUBLIC_BASE_URL: describe(
    httpUrl.optional(),
    "Listening",
    "from the request",
    "Prefix of the absolute addresses that are handed out.",
  ),
  BASE_PATH: describe(
    z
      .string()
      .regex(/^(\/[\w.~-]+)*\/?$/, { error: "expected a path such as /images" })
      .transform((path) => path.replace(/\/+$/, ""))
      .default(""),
    "Listening",
    "`/`",
    "Path prefix of everything, behind an ingress that does not cut it off.",
  ),
  TRUST_PROXY: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every(isCidr), { error: "expected addresses or ranges such as 10.0.0.0/8" })
      .default([]),
    "Listening",
    "–",
    "Addresses or ranges (CIDR) of the proxies whose `X-Forwarded-*` headers count.",
  ),
  CORS_ORIGINS: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every((item) => item === "*" || /^https?:\/\/[^/]+$/.test(item)), {
        error: "expected origins such as https://app.example.com, without a path",
      })
      .optional(),
    "Listening",
    "localhost origins in development, none in production",
    "Origins of the browser applications that may call the service; `*` for any.",
  ),
  ENVIRONMENT: describe(
    oneOf(["development", "production"]).default("development"),
    "Running",
    "`development`",
    "`production` refuses development tokens, logs JSON and allows no private networks.",
  ),
  ROLE: describe(
    oneOf(["all", "api", "worker"]).default("all"),
    "Running",
    "`all`",
    "What this process does: answer requests (`api`), work on batches, media jobs and webhooks (`worker`; it answers too, for probes), or both.",
  ),
  DATA_DIR: describe(
    text.default("./data"),
    "Running",
    "`./data`",
    "The embedded database, generated secrets (mode 0600) `models.json`, and stored files where `IMAGE_STORAGE_PATH` does not say otherwise. One process at a time.",
  ),
  LOG_LEVEL: describe(
    oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    "Running",
    "`info`",
    "The least severe log lines that are written.",
  ),
  SAMPLE: describe(
    flag.default(true),
    "Running",
    "`on`",
    "A batch of sample images at the first start in development, so that there is something to look at.",
  ),
  SHUTDOWN_GRACE_SECONDS: describe(
    wholeNumber(0, 3600).default(25),
    "Running",
    "`25`",
    "How long running requests may still take after `SIGTERM`.",
  ),
  AUTH: describe(
    oneOf(["contract", "all", "off"]).optional(),
    "Access",
    "`contract` on a loopback `HOST`, else `all`",
    "`contract`: each API asks for what its document says. `all`: everything but the probes needs a credential. `off`: nothing does, for use behind a gateway of your own.",
  ),
  AZURE_TENANT_ID: describe(
    text
      .refine(isSingleTenant, {
        error:
          "expected one tenant's id (a GUID): the shared endpoints sign for every tenant, and no token names a domain",
      })
      .optional(),
    "Access",
    "–",
    "Entra ID tenant whose tokens are accepted.",
  ),
  AZURE_CLIENT_ID: describe(
    text.optional(),
    "Access",
    "–",
    "Entra ID application (audience) that tokens must be for: the id itself or `api://<id>`.",
  ),
  AZURE_AUTHORITY: describe(
    serviceAddress("https://login.microsoftonline.com"),
    "Access",
    "`https://login.microsoftonline.com`",
    "Issuer of Entra ID tokens; signing keys are read at `{authority}/{tenant}/discovery/v2.0/keys`.",
  ),
  JWT_SECRET_KEY: describe(
    text.optional(),
    "Access",
    "generated in `DATA_DIR`",
    "Secret of HS256 tokens, such as those that `npm run token` prints; at least 32 characters in production.",
  ),
  DEV_TOKENS: describe(
    secretList.optional(),
    "Access",
    "`test-token` in development on loopback",
    "Comma list of literal bearer tokens. Honoured in development only, and off loopback only when set explicitly.",
  ),
  API_KEY: describe(secretList.default([]), "Access", "–", "Comma list of keys accepted as `X-API-Key`."),
  REQUIRE_API_KEY_ALL: describe(
    flag.default(false),
    "Access",
    "`off`",
    "Asks for the API key on all routes of the catalog API, not only on configuration.",
  ),
  ADMIN_TOKEN: describe(
    text.optional(),
    "Access",
    "–",
    "Bearer token of the administrator; required on `/admin*` when set.",
  ),
  METRICS_TOKEN: describe(
    text.optional(),
    "Access",
    "–",
    "Bearer token for `/metrics`. Without it metrics are open on a loopback `HOST` and else the administrator's.",
  ),
  METRICS_PORT: describe(
    port.optional(),
    "Access",
    "–",
    "Serves `/metrics` on a port of its own (same `HOST`) and nowhere else, without a credential.",
  ),
  RATE_LIMITS: describe(
    flag.default(true),
    "Limits",
    "`on`",
    "`off` disables all limits on inbound requests.",
  ),
  SIGN_IN_RATE_LIMIT: describe(
    rate.default({ max: 10, windowMs: 60_000 }),
    "Limits",
    "`10/minute`",
    "Attempts to sign in on the page, per address; `off` for none.",
  ),
  PREPARE_RATE_LIMIT: describe(
    rate.default(null),
    "Limits",
    "`off`",
    "Requests to the prepare API per credential, or per address without one: `60/minute`.",
  ),
  REQUEST_TIMEOUT_SECONDS: describe(
    wholeNumber(1, 3600).default(120),
    "Limits",
    "`120`",
    "Time for a whole request to arrive; then, or up to a quarter of it later, the answer is 408. The default takes 50 MB at 3.5 Mbit/s.",
  ),
  PREPARE_CONCURRENCY: describe(
    wholeNumber(1, 1024).optional(),
    "Limits",
    "number of cores",
    "Pictures worked on at the same time.",
  ),
  PREPARE_MEMORY_MB: describe(
    wholeNumber(64, 1_048_576).optional(),
    "Limits",
    "a quarter of the memory, at most 4096",
    "Estimated memory that pictures being worked on and uploads being received may take together.",
  ),
  PREPARE_DEADLINE_SECONDS: describe(
    wholeNumber(1, 600).default(25),
    "Limits",
    "`25`",
    "Longest time for one picture, waiting included; then the answer is 503.",
  ),
  PREPARE_MAX_MEGAPIXELS: describe(
    wholeNumber(1, 1000).default(268),
    "Limits",
    "`268`",
    "Pictures with more pixels are refused before they are decoded.",
  ),
  ANALYSIS_RATE_LIMIT: describe(
    rate.default({ max: 1000, windowMs: 3_600_000 }),
    "Limits",
    "`1000/hour`",
    "Requests to the batch API per credential, or per address without one; `off` for none.",
  ),
  REDIS_URL: describe(
    z.url({ protocol: /^rediss?$/, error: "expected a redis:// or rediss:// address" }).optional(),
    "Limits",
    "–",
    "Redis that shares the windows of inbound limits between processes; absent = in memory.",
  ),
  DATABASE_URL: describe(
    z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// address" }).optional(),
    "Storage",
    "embedded database in `DATA_DIR`",
    "PostgreSQL 14 or newer, which several processes can share: `postgres://user:password@host:port/database`. See [database](database.md).",
  ),
  DATABASE_POOL_SIZE: describe(
    wholeNumber(2, 1000).default(10),
    "Storage",
    "`10`",
    "Connections of a process to PostgreSQL; one more listens.",
  ),
  IMAGE_STORAGE_PATH: describe(
    text.optional(),
    "Storage",
    "`files` in `DATA_DIR`",
    "Where files are stored: a folder, or `s3://bucket/prefix`. Processes that share a database share it.",
  ),
  IMAGE_STORAGE_PUBLIC_URL: describe(
    httpUrl.optional(),
    "Storage",
    "–",
    "Where the storage itself gives its files to everybody, such as a CDN: then pictures are linked there.",
  ),
  IMAGE_LINK_DAYS: describe(
    wholeNumber(1, 3_650).default(7),
    "Storage",
    "`7`",
    "How long a signed link to a picture opens at least. Links are signed where `AUTH` is `all`.",
  ),
  AWS_REGION: describe(text.default("us-east-1"), "Storage", "`us-east-1`", "Region of the bucket."),
  AWS_ENDPOINT_URL_S3: describe(
    httpUrl.optional(),
    "Storage",
    "Amazon's, by `AWS_REGION`",
    "Server of the bucket, where it is not Amazon's.",
  ),
  AWS_S3_FORCE_PATH_STYLE: describe(
    flag.optional(),
    "Storage",
    "`on` with `AWS_ENDPOINT_URL_S3`",
    "Names the bucket in the path instead of the host.",
  ),
  AWS_ACCESS_KEY_ID: describe(text.optional(), "Storage", "–", "Key of the bucket."),
  AWS_SECRET_ACCESS_KEY: describe(text.optional(), "Storage", "–", "Its secret."),
  AWS_SESSION_TOKEN: describe(
    text.optional(),
    "Storage",
    "–",
    "Its session token, where it is a temporary one.",
  ),
  AWS_ROLE_ARN: describe(
    text.optional(),
    "Storage",
    "–",
    "Role that is assumed with the token in `AWS_WEB_IDENTITY_TOKEN_FILE`, where there is no key.",
  ),
  AWS_WEB_IDENTITY_TOKEN_FILE: describe(
    text.optional(),
    "Storage",
    "–",
    "File of the token; Kubernetes renews it.",
  ),
  AWS_ROLE_SESSION_NAME: describe(
    text.default("fovea"),
    "Storage",
    "`fovea`",
    "How the session is called in records.",
  ),
  AWS_ENDPOINT_URL_STS: describe(
    httpUrl.optional(),
    "Storage",
    "Amazon's, by `AWS_REGION`",
    "Server that gives the role's credentials.",
  ),
  ALLOW_PRIVATE_NETWORKS: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every((item) => item === "loopback" || isCidr(item)), {
        error: "expected loopback, or ranges such as 10.0.0.0/8",
      })
      .optional(),
    "Outbound",
    "`loopback` in development, nothing in production",
    "Private addresses that image and webhook URLs may reach.",
  ),
  IMAGE_MAX_MB: describe(
    wholeNumber(1, 1000).default(25),
    "Outbound",
    "`25`",
    "Largest image that is fetched from an address.",
  ),
  IMAGE_TIMEOUT_SECONDS: describe(
    wholeNumber(1, 170).default(30),
    "Outbound",
    "`30`",
    "Time for fetching one image, redirects included.",
  ),
  ORIGIN_CONCURRENCY: describe(
    wholeNumber(1, 1000).default(16),
    "Outbound",
    "`16`",
    "Images that a process fetches from one origin (scheme, host and port) at the same time.",
  ),
  ORIGIN_RATE_PER_SECOND: describe(
    wholeNumber(1, 100_000).optional(),
    "Outbound",
    "–",
    "Images a second that a process fetches from one origin; absent = as fast as it answers.",
  ),
  ORIGIN_PATIENCE_MINUTES: describe(
    wholeNumber(0, 10_080).default(10),
    "Outbound",
    "`10`",
    "An origin that keeps failing parks its rows for so long; then they fail as `origin_unavailable`.",
  ),
  URL_CACHE_HOURS: describe(
    wholeNumber(0, 87_600).default(24),
    "Outbound",
    "`24`",
    "How long the image at an address is taken to be what it was. `0` asks for every batch anew.",
  ),
  S3_ENDPOINT: describe(
    httpUrl.optional(),
    "Outbound",
    "Amazon's, by `S3_REGION`",
    "Server of `s3://bucket/key` addresses, where it is not Amazon's.",
  ),
  S3_REGION: describe(text.default("us-east-1"), "Outbound", "`us-east-1`", "Region of the buckets."),
  S3_ACCESS_KEY_ID: describe(text.optional(), "Outbound", "–", "Key that reads `s3://` addresses."),
  S3_SECRET_ACCESS_KEY: describe(text.optional(), "Outbound", "–", "Its secret."),
  S3_SESSION_TOKEN: describe(
    text.optional(),
    "Outbound",
    "–",
    "Its session token, where it is a temporary one.",
  ),
  S3_BUCKETS: describe(
    z.string().transform(list).optional(),
    "Outbound",
    "every one that the key can read, but that of `IMAGE_STORAGE_PATH`",
    "Comma list of the buckets that `s3://` addresses may name: whoever may upload a CSV reads with the key.",
  ),
  WEBHOOK_SECRET: describe(
    text
      .refine((secret) => !secret.startsWith("whsec_") || secret.split(",").every(isWebhookSecret), {
        error: "expected whsec_ and the base64 of at least 16 bytes, or a comma list of such",
      })
      .optional(),
    "Outbound",
    "generated in `DATA_DIR`",
    "`whsec_<base64>` (Standard Webhooks), or a comma list of them, the newest first: all of them sign. Any other text is " +
      "taken as raw bytes.",
  ),
  WEBHOOK_RATE_LIMIT: describe(
    rate.default({ max: 30, windowMs: 60_000 }),
    "Outbound",
    "`30/minute`",
    "Tests and redeliveries of webhooks that a caller may ask for.",
  ),
  GEMINI_API_KEYS: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Comma list of keys; `group:key` puts keys of one project into one quota group. Aliases: `GOOGLE_API_KEYS`, `GOOGLE_API_KEY`.",
  ),
  GEMINI_MODEL: describe(text.optional(), "Providers", "see the catalog", "Vision model."),
  GEMINI_BASE_URL: describe(
    serviceAddress("https://generativelanguage.googleapis.com/v1beta"),
    "Providers",
    "`https://generativelanguage.googleapis.com/v1beta`",
    "Address of the Gemini API.",
  ),
  GEMINI_RPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000).default(55),
    "Providers",
    "`55`",
    "Requests a minute of each quota group; a key without a group is one.",
  ),
  GEMINI_RPD_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Requests a day of each quota group, until midnight in California; absent: not limited here.",
  ),
  GEMINI_TPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Tokens a minute of each quota group; absent: not limited here.",
  ),
  GEMINI_BATCH_ROWS: describe(
    wholeNumber(1, 100_000).default(2_000),
    "Providers",
    "`2000`",
    "Rows of a job in the batch lane at most; a file of 200 MB is full with fewer.",
  ),
  GEMINI_BATCH_FILL_SECONDS: describe(
    wholeNumber(0, 3600).default(20),
    "Providers",
    "`20`",
    "A job of the batch lane that no row came to for so long is handed over, full or not.",
  ),
  GEMINI_BATCH_POLL_SECONDS: describe(
    wholeNumber(1, 3600).default(300),
    "Providers",
    "`300`",
    "Longest time between two looks at a job of the batch lane; in its first minutes it is looked at more often.",
  ),
  OPENAI_API_KEY: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Vision and images. Comma list of keys; `group:key` puts keys of one organization into one quota group.",
  ),
  OPENAI_BASE_URL: describe(
    serviceAddress("https://api.openai.com/v1"),
    "Providers",
    "`https://api.openai.com/v1`",
    "Address of OpenAI, or of a compatible server such as Ollama, llama.cpp, vLLM or LM Studio, which may need no key.",
  ),
  OPENAI_VISION_API: describe(
    oneOf(["responses", "chat"]).optional(),
    "Providers",
    "`responses` at OpenAI, `chat` elsewhere",
    "Which of OpenAI's APIs the server has: `responses`, or `chat/completions`.",
  ),
  OPENAI_VISION_MODEL: describe(
    z.string().transform(list).optional(),
    "Providers",
    "see the catalog; of another server none",
    "Vision model. Of a compatible server a comma list of the models that batches may name, the usual one first.",
  ),
  OPENAI_MODEL: describe(
    text.optional(),
    "Providers",
    "`gpt-image-2` at OpenAI, elsewhere none",
    "Model for images.",
  ),
  OPENAI_IMAGE_SIZE: describe(
    z
      .string()
      .regex(/^\d{2,4}x\d{2,4}$/, { error: "expected a size such as 1024x1024" })
      .default("1024x1024"),
    "Providers",
    "`1024x1024`",
    "Size of pictures of OpenAI's models where none is asked for.",
  ),
  OPENAI_RATE_LIMIT_RPM: describe(
    wholeNumber(1, 1_000_000).optional(),
    "Providers",
    "`50` at OpenAI, none elsewhere",
    "Requests a minute of each quota group.",
  ),
  OPENAI_RATE_LIMIT_TPM: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "`40000` at OpenAI, none elsewhere",
    "Tokens a minute of each quota group.",
  ),
  OPENAI_CONCURRENCY: describe(
    wholeNumber(1, 10_000).optional(),
    "Providers",
    "`4` of a compatible server, else none",
    "Requests that a process has under way at a time: as many as a server of your own works on at once.",
  ),
  ANTHROPIC_API_KEY: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Vision. Comma list of keys; `group:key` puts keys of one organization into one quota group.",
  ),
  ANTHROPIC_MODEL: describe(text.optional(), "Providers", "see the catalog", "Vision model."),
  ANTHROPIC_BASE_URL: describe(
    serviceAddress("https://api.anthropic.com/v1"),
    "Providers",
    "`https://api.anthropic.com/v1`",
    "Address of the Anthropic API.",
  ),
  ANTHROPIC_RPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000).default(50),
    "Providers",
    "`50`",
    "Requests a minute of each quota group; a key without a group is one.",
  ),
  ANTHROPIC_TPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Tokens a minute of each quota group, those of questions and answers together; absent: not limited here.",
  ),
  VISION_MODEL: describe(
    text.optional(),
    "Providers",
    "that of Gemini, OpenAI, Anthropic or the compatible server, whichever is configured first in this order",
    "Model of batches that name none; `local` for the offline one.",
  ),
  REPLICATE_API_TOKEN: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Generation. Comma list of tokens; `group:token` puts tokens of one account into one quota group.",
  ),
  REPLICATE_MODEL: describe(
    text.default("black-forest-labs/flux-schnell"),
    "Providers",
    "`black-forest-labs/flux-schnell`",
    "Generation model: `owner/name`, or `owner/name:version`.",
  ),
  REPLICATE_RATE_LIMIT_RPM: describe(
    wholeNumber(1, 1_000_000).default(600),
    "Providers",
    "`600`",
    "Predictions a minute of each quota group.",
  ),
  REPLICATE_BASE_URL: describe(
    serviceAddress("https://api.replicate.com/v1"),
    "Providers",
    "`https://api.replicate.com/v1`",
    "Address of the Replicate API.",
  ),
  GEMINI_IMAGE_MODEL: describe(
    text.default("gemini-nano-banana-2.1"),
    "Providers",
    "`gemini-nano-banana-2.1`",
    "Generation model.",
  ),
  A1111_BASE_URL: describe(
    httpUrl.optional(),
    "Providers",
    "–",
    "Generation: a server with the API of AUTOMATIC1111's web UI, such as stable-diffusion.cpp, Forge or SD.Next.",
  ),
  A1111_CREDENTIALS: describe(
    text.optional(),
    "Providers",
    "–",
    "`user:password`, where the server asks for them.",
  ),
  A1111_MODEL: describe(
    text.default("default"),
    "Providers",
    "`default`, which is what the server has loaded",
    "Its model.",
  ),
  A1111_CONCURRENCY: describe(
    wholeNumber(1, 1_000).default(1),
    "Providers",
    "`1`",
    "Starts that a process has under way there at a time.",
  ),
  MEDIA_MODEL: describe(
    text.optional(),
    "Media",
    "that of Replicate, OpenAI, the A1111 server or Gemini, whichever is configured first in this order; in development " +
      "`local` where none is",
    "Model of jobs that name none, with its provider: `replicate/black-forest-labs/flux-schnell`; `local` for pictures that " +
      "no model makes.",
  ),
  MEDIA_MODELS: describe(
    z.string().transform(list).optional(),
    "Media",
    "every one that a configured provider has",
    "Comma list of the models that jobs may name, beside the usual one: whoever creates jobs spends with your keys.",
  ),
  MEDIA_MAX_RETRIES: describe(
    wholeNumber(0, 100).default(3),
    "Media",
    "`3`",
    "How often a media job is tried again after a failure of its provider.",
  ),
  MEDIA_TIMEOUT_SECONDS: describe(
    wholeNumber(5, 800).default(300),
    "Media",
    "`300`",
    "How long a model may take for one start.",
  ),
  MEDIA_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(30),
    "Media",
    "`30`",
    "How long pictures are kept, and jobs after their end. `0` keeps them.",
  ),
  MEDIA_CREATE_RATE_LIMIT: describe(
    rate.default({ max: 10, windowMs: 60_000 }),
    "Media",
    "`10/minute`",
    "Jobs that a caller may create.",
  ),
  MEDIA_STATUS_RATE_LIMIT: describe(
    rate.default({ max: 60, windowMs: 60_000 }),
    "Media",
    "`60/minute`",
    "How often a caller may ask how a job is.",
  ),
  IMGUR_CLIENT_ID: describe(text.optional(), "Providers", "–", "Where catalog output goes when set.", later),
  IMGUR_BASE_URL: describe(
    serviceAddress("https://api.imgur.com/3"),
    "Providers",
    "`https://api.imgur.com/3`",
    "Address of the Imgur API.",
    later,
  ),
  CHUNK_SIZE: describe(wholeNumber(1, 100_000).default(2000), "Batches", "`2000`", "Rows of a chunk."),
  MAX_CONCURRENT_BATCHES: describe(
    wholeNumber(1, 10_000).default(20),
    "Batches",
    "`20`",
    "Batches that run at the same time.",
  ),
  MAX_CONCURRENT_WORKERS: describe(
    wholeNumber(1, 10_000).default(100),
    "Batches",
    "`100`",
    "Rows that a process works on at the same time, of all batches together.",
  ),
  MAX_CONCURRENT_REQUESTS: describe(
    wholeNumber(1, 10_000).default(25),
    "Batches",
    "`25`",
    "Rows of one chunk that are worked on at the same time.",
  ),
  RESULT_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(0),
    "Batches",
    "`0`",
    "Batches that ended longer ago are purged, with their results and what is cached for them alone. `0` keeps them.",
  ),
  RETRY_BASE_MS: describe(
    wholeNumber(1, 3_600_000).default(2000),
    "Batches",
    "`2000`",
    "Base of every exponential backoff.",
  ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: describe(
    text.optional(),
    "Telemetry",
    "–",
    "Traces and metrics to Azure Monitor.",
    later,
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: describe(
    httpUrl.optional(),
    "Telemetry",
    "–",
    "Traces and metrics over OTLP.",
    later,
  ),
} as const;
