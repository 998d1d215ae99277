import { type AspectRatio, parseAspectRatio } from "../aspect-ratio.ts";
import type { ImageRequest, Warning } from "../contract.ts";
import type { SizeRules } from "./model-table.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface FittedSize {
  /** Null where the model is to choose. */
  readonly size: Size | null;
  readonly warning: Warning | null;
}

type Wanted = Pick<ImageRequest, "width" | "height" | "aspectRatio">;

/** What all of these models were made for; of a request that says only a shape. */
const usualPixels = 1_024 * 1_024;
const usualStep = 16;
/** What rounding to whole steps may do to a shape. */
const sameShape = 0.02;

/** The nearest size that the model makes. */
export function fitSize(rules: SizeRules, wanted: Wanted): FittedSize {
  const { width, height, aspectRatio } = wanted;
  const ratio = parseAspectRatio(aspectRatio);
  if (width !== null || height !== null) {
    const asked = sizeOf(wanted, ratio === null ? 1 : ratio.wide / ratio.high);
    const size = nearest(rules, asked);
    const isAsked = size.width === asked.width && size.height === asked.height;
    const parameter = width === null ? "height" : "width";
    return { size, warning: isAsked ? null : adjusted(parameter, inWords(asked), size) };
  }
  if (aspectRatio === null) return { size: null, warning: null };
  if (ratio === null) {
    const message = "An aspect ratio is two whole numbers, such as 16:9.";
    return { size: null, warning: { code: "ignored", parameter: "aspectRatio", message } };
  }
  const shape = ratio.wide / ratio.high;
  const size = nearest(rules, sizeOfShape(ratio));
  const isAsked = Math.abs(size.width / size.height / shape - 1) <= sameShape;
  return { size, warning: isAsked ? null : adjusted("aspectRatio", aspectRatio, size) };
}

function adjusted(parameter: "width" | "height" | "aspectRatio", asked: string, made: Size): Warning {
  return {
    code: "adjusted",
    parameter,
    message: `This model does not make ${asked}: it became ${inWords(made)}.`,
  };
}

const inWords = ({ width, height }: Size) => `${width} × ${height}`;

/** A side that nobody named follows from the other one. */
function sizeOf({ width, height }: Wanted, shape: number): Size {
  const wide = width ?? Math.max(1, Math.round((height ?? 1) * shape));
  return { width: wide, height: height ?? Math.max(1, Math.round(wide / shape)) };
}

/** In the shape to the pixel where its terms are small enough: 16:9 is 1280 × 720. */
function sizeOfShape({ wide, high }: AspectRatio): Size {
  const unit = usualStep * usualStep * wide * high;
  const times = Math.max(1, Math.round(Math.sqrt(usualPixels / unit)));
  if (unit <= usualPixels) return { width: usualStep * wide * times, height: usualStep * high * times };
  const onStep = (side: number) => Math.max(1, Math.round(side / usualStep)) * usualStep;
  const width = Math.sqrt((usualPixels * wide) / high);
  return { width: onStep(width), height: onStep(usualPixels / width) };
}

/** First the shape, and only then the size: a square that is too large stays one. */
function nearest(rules: SizeRules, asked: Size): Size {
  switch (rules.kind) {
    case "any":
      return asked;
    case "listed": {
      const sizes = rules.sizes.map(([width, height]) => ({ width, height }));
      return nearestBy(sizes, (size) => [shapeAway(size, asked), away(size, asked)]);
    }
    case "ruled": {
      const possible = withinBounds(rules, asked);
      return nearestBy(ruled(rules, possible), (size) => [away(size, possible)]);
    }
  }
}

/** In factors, so that half as large is as far away as twice as large. */
const away = (size: Size, asked: Size) =>
  Math.log(size.width / asked.width) ** 2 + Math.log(size.height / asked.height) ** 2;

const shapeAway = (size: Size, asked: Size) =>
  Math.abs(Math.log(size.width / size.height / (asked.width / asked.height)));

type RuledSizes = Extract<SizeRules, { kind: "ruled" }>;

/** In fractions of pixels. */
function withinBounds(rules: RuledSizes, { width, height }: Size): Size {
  const { longest_side, longest_ratio, least_pixels, most_pixels } = rules;
  const shape = clamp(width / height, 1 / longest_ratio, longest_ratio);
  const wide = Math.sqrt(clamp(width * height, least_pixels, most_pixels) * shape);
  const scale = Math.min(1, longest_side / Math.max(wide, wide / shape));
  return { width: wide * scale, height: (wide / shape) * scale };
}

/** Of each width that there may be, the best height. */
function ruled(rules: RuledSizes, asked: Size): Size[] {
  const { step, longest_side, longest_ratio, least_pixels, most_pixels } = rules;
  const up = (side: number) => Math.ceil(side / step) * step;
  const down = (side: number) => Math.floor(side / step) * step;
  const sizes: Size[] = [];
  for (let width = step; width <= longest_side; width += step) {
    const lowest = Math.max(step, up(width / longest_ratio), up(least_pixels / width));
    const highest = Math.min(longest_side, down(width * longest_ratio), down(most_pixels / width));
    const height = Math.round(asked.height / step) * step;
    if (lowest <= highest) sizes.push({ width, height: clamp(height, lowest, highest) });
  }
  return sizes;
}

/** The shortest and the longest side that there is. */
export function sidesWithin(rules: RuledSizes): { readonly minimum: number; readonly maximum: number } {
  const widths = ruled(rules, { width: rules.step, height: rules.step }).map(({ width }) => width);
  return { minimum: Math.min(...widths), maximum: Math.max(...widths) };
}

const clamp = (value: number, lowest: number, highest: number) => Math.min(Math.max(value, lowest), highest);

/** @param away how far each is from what is wanted: by the second number where the first ones are the same */
function nearestBy(sizes: readonly Size[], away: (size: Size) => readonly [number, number?]): Size {
  const [nearest] = sizes.toSorted((one, other) => {
    const [first, second = 0] = away(one);
    const [otherFirst, otherSecond = 0] = away(other);
    return first - otherFirst || second - otherSecond;
  });
  if (!nearest) throw new Error("The table offers no size.");
  return nearest;
}
