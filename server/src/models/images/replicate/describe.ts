import type { JsonObject, ModelDescription, Parameter, ParameterRule } from "../contract.ts";
import { anyShape, largestSeed, listedSideRules, sideRules } from "../parameter-rules.ts";
import { createDraft, type Draft } from "./draft.ts";
import { names, operatorsOwn } from "./fit-request.ts";
import { takesPixels, usualStep } from "./fit-size.ts";
import type { Property } from "./model-input.ts";
import { findRules } from "./model-rules.ts";
import type { TableModel } from "./model-table.ts";

/** What of a request a model of Replicate's follows. */
export function describeReplicate(
  table: readonly TableModel[],
  model: string,
  learned: JsonObject | null | undefined,
): ModelDescription | null {
  const rules = findRules(table, model, learned);
  if (rules === null) return null;
  const { input, sizes, price } = rules;
  const draft = createDraft(input);
  const required = new Set(input.required);
  const rule = (parameter: Parameter, name: string, property: Property): ParameterRule[] => {
    const kind = kindOf(property);
    return kind ? [{ parameter, ...kind, ...(required.has(name) && { required: true as const }) }] : [];
  };
  const own = (["negativePrompt", "steps", "guidance", "seed", "scheduler", "background"] as const).flatMap(
    (parameter) => {
      const place = draft.find(names[parameter]);
      if (place === null) return [];
      const [found] = rule(parameter, place.name, place.property);
      if (found === undefined) return [];
      return parameter === "seed" ? [withinSeeds(found)] : [found];
    },
  );
  const taken = new Set(["prompt", "width", "height", "aspect_ratio", ...operatorsOwn]);
  for (const each of Object.values(names)) taken.add(draft.find(each)?.name ?? "");
  const extras = Object.entries(input.properties)
    .filter(([name]) => !taken.has(name))
    .flatMap(([name, property]) => rule(`extra.${name}`, name, property));
  const listed = sizes.map(([, , width, height]) => [width, height] as const);
  return {
    parameters: [...shapeRules(draft, listed), ...own, ...extras],
    sizes: !takesPixels(draft) && listed.length > 0 ? listed : null,
    price,
    shutdownDate: null,
  };
}

function shapeRules(draft: Draft, listed: readonly (readonly [number, number])[]): ParameterRule[] {
  const ratios = draft.find(["aspect_ratio"])?.property;
  const values = ratios?.enum?.filter((value) => /^\d+:\d+$/.test(String(value)));
  const shape: ParameterRule[] = values ? [{ parameter: "aspectRatio", type: "enum", values }] : [anyShape];
  const usual = typeof ratios?.default === "string" ? { default: ratios.default } : {};
  if (takesPixels(draft)) {
    const sides = (["width", "height"] as const).flatMap((parameter) => {
      const property = draft.find([parameter])?.property;
      const kind = property && kindOf(property);
      return kind ? [{ parameter, step: usualStep, ...kind } as const] : [];
    });
    return [...sides, ...shape.map((each) => ({ ...each, ...usual }))];
  }
  if (!ratios) return [];
  return [
    ...(listed.length > 0 ? listedSideRules(listed) : sideRules({ description: nearestShape })),
    ...shape.map((each) => ({ ...each, ...usual })),
  ];
}

const nearestShape = "Pixels. This model takes a shape and no size: it makes what comes nearest.";

const withinSeeds = (rule: ParameterRule): ParameterRule => ({
  ...rule,
  minimum: Math.max(rule.minimum ?? 0, 0),
  maximum: Math.min(rule.maximum ?? largestSeed, largestSeed),
});

/** Null for lists and objects, and for what may be of several types: no form has a field for them. */
function kindOf(property: Property): Omit<ParameterRule, "parameter"> | null {
  const { type, enum: values, minimum, maximum, multipleOf, default: usual, description } = property;
  const common = {
    ...((typeof usual === "string" || typeof usual === "number" || typeof usual === "boolean") && {
      default: usual,
    }),
    ...(description !== undefined && { description }),
  };
  if (values) return { type: "enum", values, ...common };
  if (type === null || type === "array" || type === "object") return null;
  return {
    type,
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(multipleOf !== undefined && { step: multipleOf }),
    ...common,
  };
}
