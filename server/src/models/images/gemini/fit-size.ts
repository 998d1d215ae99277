import { parseShape } from "../aspect-ratio.ts";
import type { ImageRequest, Warning } from "../contract.ts";
import type { Shapes } from "./model-table.ts";

type Wanted = Pick<ImageRequest, "width" | "height" | "aspectRatio">;

interface FittedSize {
  /** Null where nobody chose one. */
  readonly aspectRatio: string | null;
  /** Null where it is the usual one: there are models that refuse to be told. */
  readonly imageSize: string | null;
  readonly warnings: readonly Warning[];
}

/**
 * Gemini takes an aspect ratio and one of a few sizes, and no pixels.
 *
 * @param imageSize the one to be kept to; null for the nearest
 */
export function fitSize(shapes: Shapes, wanted: Wanted, imageSize: string | null): FittedSize {
  const { aspectRatio } = wanted;
  const ratio = parseShape(aspectRatio);
  const chosen = imageSize === usualSize ? null : imageSize;
  const hasSize = wanted.width !== null || wanted.height !== null;
  if (hasSize) return nearestSize(shapes, wanted, ratio ?? 1, imageSize);
  if (aspectRatio === null) return { aspectRatio: null, imageSize: chosen, warnings: [] };
  if (ratio === null) {
    const message = "An aspect ratio is two whole numbers, such as 16:9.";
    const warning = { code: "ignored", parameter: "aspectRatio", message } as const;
    return { aspectRatio: null, imageSize: chosen, warnings: [warning] };
  }
  const [made] = nearest(shapes.ratios, ([, wide, high]) => apart(wide / high, ratio));
  const isExact = Math.abs((parseShape(made) ?? 0) / ratio - 1) < 1e-9;
  const message = `This model does not make ${aspectRatio}: it became ${made}.`;
  const warning = { code: "adjusted", parameter: "aspectRatio", message } as const;
  return { aspectRatio: made, imageSize: chosen, warnings: isExact ? [] : [warning] };
}

const usualSize = "1K";

function nearestSize(shapes: Shapes, wanted: Wanted, ratio: number, imageSize: string | null): FittedSize {
  const width = wanted.width ?? Math.round((wanted.height ?? 0) * ratio);
  const height = wanted.height ?? Math.round(width / ratio);
  const [name, wide, high] = nearest(shapes.ratios, (each) => apart(each[1] / each[2], width / height));
  const sizes = (imageSize === null ? shapes.image_sizes : [imageSize]).map((size) => {
    const times = Number.parseInt(size, 10);
    return { size, width: wide * times, height: high * times };
  });
  const made = nearest(sizes, (each) => apart(each.width * each.height, width * height));
  const isExact = made.width === width && made.height === height;
  const message = `This model makes certain sizes only: ${width} × ${height} became ${made.width} × ${made.height}.`;
  const parameter = wanted.width === null ? "height" : "width";
  return {
    aspectRatio: name,
    imageSize: made.size === usualSize ? null : made.size,
    warnings: isExact ? [] : [{ code: "adjusted", parameter, message }],
  };
}

const nearest = <Item>(items: readonly Item[], away: (item: Item) => number): Item =>
  items.reduce((best, each) => (away(each) < away(best) ? each : best));

/** How far two amounts are apart, whichever is the greater one. */
const apart = (one: number, other: number) => Math.abs(Math.log(one / other));
