import type { CreateBatchOptions } from "@fovea/client";

/** What somebody has filled in; texts as they stand in their fields. */
export interface BatchFields {
  readonly name: string;
  readonly model: string;
  /** Dollars; empty for no limit. */
  readonly maxCost: string;
  readonly lane: "online" | "batch";
  readonly cache: "use" | "revalidate" | "refresh";
  readonly instruction: string;
  readonly schema: string;
}

export type ChangeFields = (change: Partial<BatchFields>) => void;

/** What the chosen model can be asked for. */
interface Ability {
  readonly reads_instruction: boolean;
  readonly batch_lane: boolean;
  readonly provider: string;
}

/** What is asked of a model beside the pictures: it decides what a batch costs. */
export function questionOf(
  { model, lane, instruction, schema }: BatchFields,
  ability: Ability | undefined,
): Pick<CreateBatchOptions, "model" | "lane" | "instruction" | "schema"> {
  const own = ability?.reads_instruction === true;
  return {
    ...(model !== "" && { model }),
    ...(lane === "batch" && ability?.batch_lane === true && { lane }),
    ...(own && instruction.trim() !== "" && { instruction }),
    ...(own && schema.trim() !== "" && { schema }),
  };
}

/** The form of the upload. What the model cannot do is left out, and so is what is as usual. */
export function optionsOf(fields: BatchFields, ability: Ability | undefined): CreateBatchOptions {
  const { name, maxCost, cache } = fields;
  return {
    ...questionOf(fields, ability),
    ...(name.trim() !== "" && { batch_name: name.trim() }),
    ...(maxCost !== "" && ability?.provider !== "local" && { max_cost_usd: maxCost }),
    ...(cache !== "use" && { cache }),
  };
}

/** Why a schema cannot be sent; null for one that can, and for none. */
export function schemaProblem(schema: string): string | null {
  if (schema.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(schema);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? null
      : 'A schema is a JSON object, such as {"type": "object", …}.';
  } catch (error) {
    return `This is not JSON yet: ${error instanceof Error ? error.message : String(error)}`;
  }
}
