import type { z } from "zod";
import {
  type CatalogModel,
  type CatalogProvider,
  catalogHeaderSchema,
  modelSchema,
  type ProviderName,
  providerNameSchema,
  providerSchema,
} from "./catalog.schema.ts";
import type { UncheckedCatalog } from "./catalog-override.ts";

export interface CheckedCatalog {
  readonly as_of: string;
  readonly providers: Readonly<Record<ProviderName, CatalogProvider>>;
  readonly models: readonly CatalogModel[];
}

/** The catalog with its types, or every problem it has, each with the path of its field. */
export function checkCatalog(
  raw: UncheckedCatalog,
): CheckedCatalog | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const check = <T>(schema: z.ZodType<T>, value: unknown, path: string): T | undefined => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) problems.push(...problemsOf(parsed.error, path));
    return parsed.data;
  };

  const header = check(catalogHeaderSchema, raw.header, "");
  const provider = (name: ProviderName): CatalogProvider | undefined => {
    const fields = check(providerSchema, raw.providers[name], `providers.${name}`);
    return fields && { name, ...fields };
  };
  const [claude, openai, gemini] = [provider("claude"), provider("openai"), provider("gemini")];
  const models = raw.models
    .map((model) => check(modelSchema, model, `models[${String(model["id"])}]`))
    .filter((model) => model !== undefined);

  const providers = [claude, openai, gemini].filter((entry) => entry !== undefined);
  problems.push(...nameProblems(models), ...ruleProblems(models));
  problems.push(...referenceProblems(raw, providers, models));

  if (problems.length > 0 || !header || !claude || !openai || !gemini) return { problems };
  return { as_of: header.as_of, providers: { claude, openai, gemini }, models };
}

/** One line per issue: `models[gpt-5.4].limits.max_side: Invalid input: expected number, received string`. */
function problemsOf(error: z.ZodError, path: string): string[] {
  return error.issues.map((issue) => {
    const field = [path, ...issue.path.map(String)].filter((part) => part !== "").join(".");
    return `${field || "the file"}: ${issue.message}`;
  });
}

function nameProblems(models: readonly CatalogModel[]): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const model of models) {
    for (const name of [model.id, ...model.aliases].map((each) => each.toLowerCase())) {
      const owner = owners.get(name);
      if (owner !== undefined)
        problems.push(`models[${model.id}]: the name ${name} already belongs to ${owner}`);
      owners.set(name, model.id);
    }
  }
  return problems;
}

function referenceProblems(
  raw: UncheckedCatalog,
  providers: readonly CatalogProvider[],
  models: readonly CatalogModel[],
): string[] {
  // Against the unchecked entries: where one failed, report that one, not also those that point at it.
  const owners = new Map(raw.models.map((model) => [model["id"], model["provider"]]));
  const lost = models.filter(({ replacement }) => replacement !== null && !owners.has(replacement));
  const strayDefaults = providers.filter(({ name, default_model }) => owners.get(default_model) !== name);
  return [
    ...lost.map(({ id, replacement }) => `models[${id}].replacement: ${replacement} is not in the catalog`),
    ...strayDefaults.map(
      ({ name, default_model }) =>
        `providers.${name}.default_model: ${default_model} is not the id of a model of this provider`,
    ),
  ];
}

function ruleProblems(models: readonly CatalogModel[]): string[] {
  return models
    .filter(({ fit, rule }) => fit !== null && fit.max_patches !== null && !("patch" in rule))
    .map(({ id, rule }) => `models[${id}].fit.max_patches: the rule ${rule.name} has no patches`);
}

export const providerNames: readonly ProviderName[] = providerNameSchema.options;
