import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type { JsonObject } from "../contract.ts";
import { type ModelInput, modelInputOf, modelInputSchema } from "./model-input.ts";
import type { TableModel } from "./model-table.ts";

/** What has to be known of a model to ask it. */
export interface ModelRules {
  /** To be named with each prediction; null for an official model. */
  readonly version: string | null;
  readonly price: TableModel["price"];
  readonly microsPerImage: number | null;
  readonly sizes: TableModel["sizes"];
  readonly input: ModelInput;
}

/** What Replicate said of a model, as it is kept. */
const learnedSchema = z.object({ version: z.string().nullable(), input: modelInputSchema });

interface ModelName {
  /** `owner/name`. */
  readonly base: string;
  readonly version: string | null;
}

/**
 * `owner/name` or `owner/name:version`: both become a part of an address.
 *
 * @throws {ProviderError} `model_unknown`
 */
export function parseModelName(model: string): ModelName {
  const [, base, version] =
    /^([a-z0-9][\w.-]{0,99}\/[a-z0-9][\w.-]{0,99})(?::([a-f0-9]{8,64}))?$/i.exec(model) ?? [];
  if (base === undefined) throw modelUnknown("Replicate's models are named as owner/name.");
  return { base, version: version ?? null };
}

/** Undefined for a model that the table does not have; another version of one it has may be another model. */
export function inTable(table: readonly TableModel[], { base, version }: ModelName): TableModel | undefined {
  return table.find((model) => model.id === base && (version === null || version === model.version));
}

/** @throws {ProviderError} `model_unknown` for one that nothing is known of */
export function rulesFor(
  table: readonly TableModel[],
  model: string,
  learned: JsonObject | null | undefined,
): ModelRules {
  const rules = findRules(table, model, learned);
  if (rules === null) throw modelUnknown("Nothing is known of this model yet: Replicate has to be asked.");
  return rules;
}

/**
 * Null for a model that nothing is known of.
 *
 * @throws {ProviderError} `model_unknown` for what is no name
 */
export function findRules(
  table: readonly TableModel[],
  model: string,
  learned: JsonObject | null | undefined,
): ModelRules | null {
  const known = inTable(table, parseModelName(model));
  if (known) {
    const { price, version, sizes, input } = known;
    const microsPerImage = price && Math.round(price.usd_per_image * 1e6);
    return { version, sizes, input, price, microsPerImage };
  }
  const { data } = learnedSchema.safeParse(learned);
  return data === undefined ? null : { ...data, sizes: [], price: null, microsPerImage: null };
}

const versionSchema = z.object({
  id: z.string().regex(/^[a-f0-9]{8,64}$/i),
  openapi_schema: z.unknown().optional(),
});
const describedSchema = z.object({
  is_official: z.boolean().catch(false),
  latest_version: versionSchema.nullable().catch(null),
});

/** Replicate's description of a model, or of one version of it → what is kept; null for what says nothing. */
export function learnedFrom(described: unknown, { version }: ModelName): JsonObject | null {
  const model = version === null ? describedSchema.safeParse(described).data : undefined;
  const latest = version === null ? model?.latest_version : versionSchema.safeParse(described).data;
  const input = modelInputOf(latest?.openapi_schema);
  if (!latest || input === null) return null;
  const learned = { version: model?.is_official ? null : latest.id, input };
  // What JSON has no word for is left out, as it will be once it is stored.
  return JSON.parse(JSON.stringify(learned));
}

const modelUnknown = (reason: string) => new ProviderError({ kind: "model_unknown", reason });
