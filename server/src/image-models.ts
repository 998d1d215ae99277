import type { Logger } from "pino";
import type { ChosenModel, ImageModels } from "./features/media/image-models.ts";
import { type ConfiguredImages, configuredImages } from "./image-providers.ts";
import type { ImageLine } from "./models/generation/contract.ts";
import { createStartPlaces } from "./models/generation/start-places.ts";
import { ProviderError } from "./models/hosted/provider.ts";
import { tracedImages } from "./models/hosted/traced-provider.ts";
import type { ImageRequest, JsonObject, ModelDescription } from "./models/images/contract.ts";
import type { Quotas } from "./models/quotas/contract.ts";
import { createQuotas } from "./models/quotas/quotas.ts";
import { type Config, invalidConfiguration } from "./platform/config.ts";
import type { Database } from "./platform/database/database.ts";
import { noTrace, type Trace } from "./platform/tracing/trace.ts";

export interface ComposedImages {
  readonly models: ImageModels;
  /** What icons are made with; null where they come from the open set of icons. */
  readonly iconModel: ChosenModel | null;
  readonly lines: ReadonlyMap<string, ImageLine>;
  /** Of the usual model of each provider, by what they are called in the database. */
  readonly quotas: ReadonlyMap<string, Quotas>;
  /** With what a provider signs that it calls back; null where it does not call, or the key is gone. */
  secretOf(origin: { readonly provider: string; readonly keyId: string | null }): Promise<string | null>;
  close(): Promise<void>;
}

const dayMs = 24 * 3_600_000;
/** Models that were asked about, and are not in the tables. */
const mostLearned = 200;
/** A question before a job is taken: its caller waits. */
const learnMs = 10_000;

/** The models that pictures can be had from. */
export function composeImages(
  config: Config,
  logger: Logger,
  {
    database,
    trace = noTrace,
    callback,
  }: {
    readonly database: Database;
    readonly trace?: Trace;
    readonly callback: (generationId: string) => { readonly url: string } | null;
  },
): ComposedImages {
  const configured = new Map(configuredImages(config).map((each) => [each.provider.name as string, each]));
  const quotas = new Map<string, Quotas>();
  const quotasOf = ({ quotas: settings }: ConfiguredImages, model: string): Quotas | null => {
    if (!settings) return null;
    const { scope: keyScope, limitsPerModel, groups, dayReset } = settings;
    const scope = limitsPerModel ? `${keyScope}/${model}` : keyScope;
    const known = quotas.get(scope);
    if (known) return known;
    const created = createQuotas({
      ...{ database: database.sql, scope, keyScope, groups, dayReset },
      onError: (error) => logger.warn({ err: error }, "the books of a quota were not written"),
    });
    quotas.set(scope, created);
    return created;
  };
  const keysOf = ({ quotas: settings }: ConfiguredImages) =>
    settings?.groups.flatMap(({ keys }) => keys) ?? [];
  const findAny = (name: string): ChosenModel | null => {
    const [first = "", ...rest] = name.split("/");
    const provider = configured.get(first);
    if (provider) return { provider: first, model: rest.length > 0 ? rest.join("/") : provider.usual };
    for (const [known, { usual }] of configured) if (usual === name) return { provider: known, model: name };
    return rest.length > 0 && configured.has("replicate") ? { provider: "replicate", model: name } : null;
  };
  const allowed = config.MEDIA_MODELS?.map((name) => findAny(name) ?? unknownName(name));
  const usual = usualOf(config, configured, findAny);
  /** The usual one was chosen by whoever pays. */
  const find = (name: string): ChosenModel | null => {
    const found = findAny(name);
    const may = !allowed || [...allowed, usual].some((each) => each && sameModel(each, found));
    return may ? found : null;
  };
  const learned = createMemory<JsonObject | null>(mostLearned);
  const secrets = createMemory<string>(mostLearned);
  const describe = ({ provider, free }: ConfiguredImages, { model }: ChosenModel) => {
    const described = provider.describe(model, { learned: learned.known(`${provider.name}/${model}`) });
    return { free, description: described && withUsualSides(config, provider.name, described) };
  };
  // Every one is made now: what is wrong with a setting is to be said at the start.
  for (const each of configured.values()) quotasOf(each, each.usual);

  return {
    quotas,
    iconModel: iconModelOf(config, configured, findAny),
    models: {
      usual,
      names: (allowed ?? [...configured].map(([provider, each]) => ({ provider, model: each.usual }))).map(
        nameOf,
      ),
      find,
      list() {
        const named = [...configured].flatMap(([provider, { usual: own, models }]) =>
          [...new Set([own, ...models])].map((model) => ({ provider, model })),
        );
        const listed = allowed && usual ? [usual, ...allowed] : (allowed ?? named);
        const first = (one: ChosenModel) => listed.findIndex((other) => sameModel(one, other));
        return listed
          .filter((each, at) => first(each) === at)
          .flatMap((each) => {
            const known = configured.get(each.provider);
            return known ? [{ ...each, name: nameOf(each), ...describe(known, each) }] : [];
          });
      },
      async check({ provider: name, model }, asked) {
        const each = configured.get(name);
        if (!each) throw new Error(`${name} was found, and is not configured.`);
        const { provider } = each;
        const { learn } = provider;
        const request = name === "openai" ? withUsualSize(config, asked) : asked;
        if (!learn) return provider.check(model, request);
        const apiKey = keysOf(each)[0]?.secret ?? null;
        const known = await learned.get(`${name}/${model}`, () =>
          inTime((signal) => learn(model, { apiKey, signal })),
        );
        return provider.check(model, request, { learned: known });
      },
    },
    lines: new Map(
      [...configured].map(([name, each]) => [
        name,
        {
          provider: tracedImages(each.provider, trace),
          free: each.free,
          quotas: (model: string) => quotasOf(each, model),
          // What runs on at its provider is nothing that this process has to hold.
          enter: each.provider.status ? async () => () => {} : createStartPlaces(config.MEDIA_CONCURRENCY),
          secretOf: (keyId: string | null) => secretOfKey(keysOf(each), keyId),
          callback: (id: string) => (each.provider.callbacks ? callback(id) : null),
        },
      ]),
    ),
    async secretOf({ provider: name, keyId }) {
      const each = configured.get(name);
      const { callbacks } = each?.provider ?? {};
      const key = each && keysOf(each).find(({ id }) => id === keyId);
      if (!callbacks || !key) return null;
      return await secrets.get(key.id, () =>
        inTime((signal) => callbacks.secret({ apiKey: key.secret, signal })),
      );
    },
    async close() {
      await Promise.all([...quotas.values()].map((each) => each.close()));
    },
  };
}

/** A key that has been replaced since: the one in its place is of the same account, unless there are several. */
const secretOfKey = (
  keys: readonly { readonly id: string; readonly secret: string | null }[],
  keyId: string | null,
) => (keys.find(({ id }) => id === keyId) ?? (keys.length === 1 ? keys[0] : undefined))?.secret ?? null;

/** Several may wait for the one question, so none of them can end it. */
async function inTime<Value>(ask: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const signal = AbortSignal.timeout(learnMs);
  try {
    return await ask(signal);
  } catch (error) {
    if (error !== signal.reason) throw error;
    const reason = `The provider did not answer within ${learnMs / 1_000} seconds.`;
    throw new ProviderError({ kind: "unavailable", reason, sent: false });
  }
}

function withUsualSize(config: Config, request: ImageRequest): ImageRequest {
  if (request.width !== null || request.height !== null || request.aspectRatio !== null) return request;
  return { ...request, ...usualSize(config) };
}

function usualSize({ OPENAI_IMAGE_SIZE }: Config) {
  const [width = 1024, height = 1024] = OPENAI_IMAGE_SIZE.split("x").map(Number);
  return { width, height };
}

/** What `check` asks for where the request says nothing is what a form begins with. */
function withUsualSides(config: Config, provider: string, described: ModelDescription): ModelDescription {
  if (provider !== "openai") return described;
  const usual = usualSize(config);
  const parameters = described.parameters.map((rule) =>
    rule.parameter === "width" || rule.parameter === "height"
      ? { ...rule, default: usual[rule.parameter] }
      : rule,
  );
  return { ...described, parameters };
}

/** As a job may ask for it. */
export const nameOf = ({ provider, model }: ChosenModel) =>
  provider === model ? provider : `${provider}/${model}`;

const sameModel = (one: ChosenModel, other: ChosenModel | null) =>
  one.provider === other?.provider && one.model === other.model;

const unknownName = (name: string): never => {
  throw invalidConfiguration([`MEDIA_MODELS: ${name} is a model of no provider that is configured`]);
};

/** @throws {AppError} `invalid_configuration` where the one that is asked for cannot be had */
function usualOf(
  { MEDIA_MODEL: asked, ENVIRONMENT }: Config,
  configured: ReadonlyMap<string, ConfiguredImages>,
  find: ImageModels["find"],
): ChosenModel | null {
  if (asked !== undefined) {
    const found = find(asked);
    if (found) return found;
    const advice = "set the key of its provider too, or name one of those that are configured";
    throw invalidConfiguration([`MEDIA_MODEL: ${asked} cannot be asked; ${advice}`]);
  }
  const [first] = configured;
  if (!first) return null;
  const [provider, { usual }] = first;
  // Outside development nobody is content with an abstract picture who has not asked for it.
  return provider === "local" && ENVIRONMENT !== "development" ? null : { provider, model: usual };
}

/** @throws {AppError} `invalid_configuration` where the one that is asked for cannot be had */
function iconModelOf(
  { ICON_MODEL: asked }: Config,
  configured: ReadonlyMap<string, ConfiguredImages>,
  find: ImageModels["find"],
): ChosenModel | null {
  // First the provider that makes transparent pictures, then any other that somebody pays for or runs.
  const [first] = ["openai", ...configured.keys()].filter((name) => name !== "local" && configured.has(name));
  const name = asked ?? first ?? "local";
  if (name === "local") return null;
  const found = find(name);
  if (found && found.provider !== "local") return found;
  const advice = "set the key of its provider too, or name one of those that are configured";
  throw invalidConfiguration([`ICON_MODEL: ${name} cannot be asked; ${advice}`]);
}

/** What providers said, for a day; asked for at once, it is asked once. What failed is asked again. */
function createMemory<Value>(most: number) {
  const known = new Map<string, { readonly value: Promise<Value>; readonly until: number; answer?: Value }>();
  return {
    /** What was answered, without asking; null where nobody has asked. */
    known: (name: string): Value | null => known.get(name)?.answer ?? null,
    async get(name: string, ask: () => Promise<Value>): Promise<Value> {
      const remembered = known.get(name);
      if (remembered && remembered.until > Date.now()) return await remembered.value;
      const value = ask();
      const entry: NonNullable<ReturnType<typeof known.get>> = { value, until: Date.now() + dayMs };
      known.delete(name);
      known.set(name, entry);
      value.then(
        (answer) => {
          entry.answer = answer;
        },
        () => known.delete(name),
      );
      for (const oldest of known.keys()) {
        if (known.size <= most) break;
        known.delete(oldest);
      }
      return await value;
    },
  };
}
