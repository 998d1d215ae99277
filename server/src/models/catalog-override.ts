import { providerNameSchema } from "./catalog.schema.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A catalog whose outer shape is known and whose entries are not checked yet. */
export interface UncheckedCatalog {
  readonly header: Fields;
  readonly providers: Readonly<Record<string, Fields>>;
  readonly models: readonly Fields[];
}

/** The outer shape of a catalog or override file, with what is unusable in it left out and named in `problems`. */
export function readEntries(raw: unknown): { entries: UncheckedCatalog; problems: string[] } {
  const problems: string[] = [];
  const { providers = {}, models = [], ...header } = isFields(raw) ? raw : {};
  if (!isFields(raw)) problems.push("the file: expected an object");

  const usableProviders = Object.entries(isFields(providers) ? providers : {}).flatMap(([name, fields]) => {
    if (!providerNameSchema.safeParse(name).success) problems.push(`providers.${name}: unknown provider`);
    else if (isFields(fields)) return [[name, fields] as const];
    else problems.push(`providers.${name}: expected an object`);
    return [];
  });
  if (!isFields(providers)) problems.push("providers: expected an object");

  const seen = new Set<unknown>();
  const usableModels = (Array.isArray(models) ? models : []).filter((model: unknown, index) => {
    const id = isFields(model) ? model["id"] : undefined;
    if (typeof id !== "string" || id === "") problems.push(`models.${index}: expected an object with an id`);
    else if (seen.has(id)) problems.push(`models[${id}]: the id appears twice in this file`);
    else return seen.add(id);
    return false;
  });
  if (!Array.isArray(models)) problems.push("models: expected an array");

  return {
    entries: { header, providers: Object.fromEntries(usableProviders), models: usableModels },
    problems,
  };
}

/** Lays an override over the built-in catalog: models by id, providers by name, then field by field. */
export function mergeCatalog(base: UncheckedCatalog, override: UncheckedCatalog): UncheckedCatalog {
  const changes = new Map(override.models.map((model) => [model["id"], model]));
  const known = new Set(base.models.map((model) => model["id"]));
  return {
    header: { ...base.header, ...override.header },
    providers: mergeFields(base.providers, override.providers),
    models: [
      ...base.models.map((model) => mergeFields(model, changes.get(model["id"]) ?? {})),
      ...override.models.filter((model) => !known.has(model["id"])),
    ],
  };
}

function mergeFields<T extends Fields>(base: T, change: Fields): T {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const old = merged[key];
    merged[key] =
      isFields(old) && isFields(value) && !isOtherRule(old, value) ? mergeFields(old, value) : value;
  }
  // The result holds unchecked fields by its type; `checkCatalog` gives them their real ones.
  return merged as T;
}

// Another rule has other parameters: what is left of the old ones would only be refused as unknown.
const isOtherRule = (old: Fields, value: Fields) =>
  value["name"] !== undefined && old["name"] !== undefined && value["name"] !== old["name"];

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
