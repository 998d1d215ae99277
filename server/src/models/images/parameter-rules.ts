import type { ModelDescription, ParameterRule } from "./contract.ts";

export const largestSeed = 2 ** 31 - 1;

/** The seed as most models take it. */
export const seedRule: ParameterRule = {
  parameter: "seed",
  type: "integer",
  minimum: 0,
  maximum: largestSeed,
};

/** Any aspect ratio. */
export const anyShape: ParameterRule = { parameter: "aspectRatio", type: "string" };

/** Width and height within the same bounds. */
export const sideRules = (
  bounds: Pick<ParameterRule, "minimum" | "maximum" | "step" | "default" | "description">,
) =>
  (["width", "height"] as const).map(
    (parameter): ParameterRule => ({ parameter, type: "integer", ...bounds }),
  );

/** Width and height where only the listed sizes are made. */
export function listedSideRules(sizes: NonNullable<ModelDescription["sizes"]>): readonly ParameterRule[] {
  const rule = (parameter: "width" | "height", sides: readonly number[]): ParameterRule => ({
    ...{ parameter, type: "integer", minimum: Math.min(...sides), maximum: Math.max(...sides) },
    description: "Pixels. This model makes the listed sizes only; of another one it makes the nearest.",
  });
  return [
    rule(
      "width",
      sizes.map(([width]) => width),
    ),
    rule(
      "height",
      sizes.map(([, height]) => height),
    ),
  ];
}
