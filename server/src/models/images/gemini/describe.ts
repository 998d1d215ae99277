import type { ModelDescription } from "../contract.ts";
import { listedSideRules, seedRule } from "../parameter-rules.ts";
import { sizeKey } from "./body.ts";
import { listedAs, type ModelTable, shapesOf } from "./model-table.ts";

/** What of a request a model of Gemini's follows. */
export function describeGemini(table: ModelTable, model: string): ModelDescription {
  const { image_sizes, ratios } = shapesOf(table, model);
  const { price } = listedAs(table, model) ?? {};
  const [usual = "1K"] = image_sizes;
  const sizes = image_sizes.flatMap((size) => {
    const times = Number.parseInt(size, 10);
    return ratios.map(([, wide, high]) => [wide * times, high * times] as const);
  });
  const sizeChoice = {
    parameter: `extra.${sizeKey}`,
    type: "enum",
    values: image_sizes,
    default: usual,
    description: "How large: 1K is about a megapixel, and each doubling makes both sides twice as long.",
  } as const;
  return {
    parameters: [
      ...listedSideRules(sizes),
      { parameter: "aspectRatio", type: "enum", values: ratios.map(([name]) => name) },
      sizeChoice,
      seedRule,
    ],
    sizes,
    price: price
      ? {
          input_usd_per_million: price.input_usd_per_million,
          output_usd_per_million: price.text_output_usd_per_million,
          image_output_usd_per_million: price.image_output_usd_per_million,
          as_of: price.as_of,
          source: price.source,
        }
      : null,
    shutdownDate: null,
  };
}
