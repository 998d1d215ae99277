import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CatalogModel, CatalogProvider, ProviderName } from "./catalog.schema.ts";
import { type CheckedCatalog, checkCatalog, providerNames } from "./catalog-check.ts";
import { mergeCatalog, readEntries } from "./catalog-override.ts";
import { nearestNames } from "./nearest-names.ts";

/** Dated facts about vision models: what each accepts, sees and costs. */
export interface Catalog {
  /** The day the catalog was last read against its sources. */
  readonly as_of: string;
  providers(): readonly CatalogProvider[];
  provider(name: ProviderName): CatalogProvider;
  models(): readonly CatalogModel[];
  /** By id or alias, in any case; undefined when unknown: `suggest` then helps. */
  findModel(idOrAlias: string): CatalogModel | undefined;
  defaultModel(provider: ProviderName): CatalogModel;
  /** Up to three ids or aliases like the one given, the likeliest first. */
  suggest(id: string): string[];
}

/** The catalog cannot be used; the message names the file and every problem in it. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`The model catalog ${file} cannot be used:\n${problems.map((each) => `- ${each}`).join("\n")}`);
    this.file = file;
    this.problems = problems;
  }
}

/**
 * The built-in catalog with `overrideFile` laid over it. A file that does not exist changes nothing, so the
 * conventional path can be passed whether or not the operator wrote one.
 *
 * Throws a `CatalogError` that names all problems together.
 */
export function loadCatalog({ overrideFile }: { overrideFile?: string } = {}): Catalog {
  const builtInFile = fileURLToPath(new URL("./catalog.json", import.meta.url));
  const builtIn = readEntries(readJson(builtInFile));
  const changes = overrideFile === undefined ? undefined : readJson(overrideFile, "may be absent");
  if (overrideFile === undefined || changes === undefined) {
    return open(accept(builtInFile, builtIn.problems, checkCatalog(builtIn.entries)));
  }
  const { entries, problems } = readEntries(changes);
  return open(accept(overrideFile, problems, checkCatalog(mergeCatalog(builtIn.entries, entries))));
}

function accept(
  file: string,
  outer: readonly string[],
  result: ReturnType<typeof checkCatalog>,
): CheckedCatalog {
  const inner = "problems" in result ? result.problems : [];
  if ("problems" in result || outer.length > 0) throw new CatalogError(file, [...outer, ...inner]);
  return result;
}

function readJson(file: string, absence?: "may be absent"): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (absence && error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CatalogError(file, [`the file: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function open({ as_of, providers, models }: CheckedCatalog): Catalog {
  const byName = new Map<string, CatalogModel>();
  for (const model of models)
    for (const name of [model.id, ...model.aliases]) byName.set(name.toLowerCase(), model);

  const findModel = (idOrAlias: string) => byName.get(idOrAlias.trim().toLowerCase());
  return {
    as_of,
    providers: () => providerNames.map((name) => providers[name]),
    provider: (name) => providers[name],
    models: () => models,
    findModel,
    defaultModel(provider) {
      const model = findModel(providers[provider].default_model);
      if (!model) throw new Error(`the catalog was checked, yet ${provider} has no default model`);
      return model;
    },
    suggest: (id) => nearestNames(id, [...byName.keys()], 3),
  };
}
