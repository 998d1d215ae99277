import { inLowestTerms } from "../aspect-ratio.ts";
import type { ModelDescription, ParameterRule } from "../contract.ts";
import { anyShape, listedSideRules, sideRules } from "../parameter-rules.ts";
import { sidesWithin } from "./fit-size.ts";
import type { KnownModel, SizeRules } from "./model-table.ts";

const words: Readonly<Record<string, string>> = {
  quality: "How much work the model puts into the picture; more costs more.",
  complexity: "How much there may be in the picture.",
  style: "In the words of the server.",
};

/** What of a request a model of this API follows. */
export function describeOpenai({ rules, price, shutdownDate }: KnownModel): ModelDescription {
  const { sizes } = rules;
  return {
    parameters: [
      ...sizeRules(sizes),
      ...(rules.own
        ? [{ parameter: "background", type: "enum", values: ["transparent", "opaque"] } as const]
        : []),
      ...Object.entries(rules.choices).map(
        ([key, values]): ParameterRule => ({
          parameter: `extra.${key}`,
          ...(values === null ? { type: "string" } : { type: "enum", values }),
          ...(words[key] !== undefined && { description: words[key] }),
        }),
      ),
    ],
    sizes: sizes.kind === "listed" ? sizes.sizes : null,
    price,
    shutdownDate,
  };
}

function sizeRules(rules: SizeRules): readonly ParameterRule[] {
  switch (rules.kind) {
    case "any":
      return [...sideRules({}), anyShape];
    case "listed": {
      const shapes = rules.sizes.map(([width, height]) => inLowestTerms(width, height));
      const values = [...new Set(shapes.map(({ wide, high }) => `${wide}:${high}`))];
      return [...listedSideRules(rules.sizes), { parameter: "aspectRatio", type: "enum", values }];
    }
    case "ruled": {
      const { step, longest_ratio: ratio, least_pixels, most_pixels } = rules;
      const pixels = (count: number) => (count / 1e6).toFixed(2);
      const description = `Pixels. The picture has ${pixels(least_pixels)} to ${pixels(most_pixels)} megapixels, and is at most ${ratio} times as long as wide.`;
      return [
        ...sideRules({ ...sidesWithin(rules), step, description }),
        { ...anyShape, description: `At most ${ratio} to 1; counts where no size is given.` },
      ];
    }
  }
}
