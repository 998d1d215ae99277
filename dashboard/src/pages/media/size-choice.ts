import type { Value, Values } from "./form-values.ts";
import type { MediaModel, ParameterRule } from "./media-models.ts";

/** Where a model takes any shape: those that people ask for. */
const usualShapes = ["1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16", "21:9"];

export const ownSize = "own";
const modelsSize = "model";

interface Group {
  readonly group: string;
  readonly items: { readonly value: string; readonly label: string }[];
}

/** What may be said of the size, in one list. */
export function sizeChoices(
  model: MediaModel | undefined,
  rules: readonly ParameterRule[],
): readonly Group[] {
  const has = (name: string) => rules.some((rule) => rule.name === name);
  const usual = rules.find(({ name }) => name === "aspect_ratio")?.default;
  const shapes = has("aspect_ratio") ? (model?.aspect_ratios ?? usualShapes) : [];
  const sizes = model?.sizes ?? [];
  return [
    {
      group: "Usual",
      items: [
        { value: modelsSize, label: usual === undefined ? "As the model likes" : `The usual (${usual})` },
        ...(has("width") && sizes.length === 0 ? [{ value: ownSize, label: "Exact size in pixels" }] : []),
      ],
    },
    {
      group: "Shape",
      items: shapes.map((shape) => ({ value: `shape ${shape}`, label: `${shape} ${wordOf(shape)}` })),
    },
    {
      group: "Size in pixels",
      items: sizes.map(({ width, height }) => ({
        value: `size ${width} ${height}`,
        label: `${width} × ${height}`,
      })),
    },
  ].filter(({ items }) => items.length > 0);
}

/** The entry of the list that the values say. */
export function chosenSize(model: MediaModel | undefined, { width, height, aspect_ratio }: Values): string {
  if (width !== undefined || height !== undefined) return model?.sizes ? `size ${width} ${height}` : ownSize;
  return aspect_ratio === undefined ? modelsSize : `shape ${aspect_ratio}`;
}

/** @returns the three values; undefined ones are left to the model */
export function sizeValues(
  choice: string,
  rules: readonly ParameterRule[],
): Readonly<Record<"width" | "height" | "aspect_ratio", Value | undefined>> {
  const none = { width: undefined, height: undefined, aspect_ratio: undefined };
  const [kind, first, second] = choice.split(" ");
  if (kind === "shape") return { ...none, aspect_ratio: first };
  if (kind === "size") return { ...none, width: Number(first), height: Number(second) };
  if (choice !== ownSize) return none;
  const usual = (name: string) => rules.find((rule) => rule.name === name)?.default ?? 1_024;
  return { ...none, width: usual("width"), height: usual("height") };
}

function wordOf(shape: string): string {
  const [width = 1, height = 1] = shape.split(":").map(Number);
  return width === height ? "square" : width > height ? "landscape" : "portrait";
}
