import { inLowestTerms, parseShape } from "../aspect-ratio.ts";
import type { ImageRequest } from "../contract.ts";
import type { Draft } from "./draft.ts";
import type { ModelRules } from "./model-rules.ts";

/** Of the longer side, where a model that takes pixels is asked for an aspect ratio. */
const usualLongSide = 1_024;
/** What diffusion models work in; few of their schemas say it. */
export const usualStep = 8;

type Wanted = Pick<ImageRequest, "width" | "height" | "aspectRatio" | "extra">;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Says how large the pictures are to be in the model's own terms: pixels, or the nearest of its aspect ratios. */
export function fitSize(draft: Draft, { sizes }: Pick<ModelRules, "sizes">, wanted: Wanted): void {
  const { width, height, aspectRatio } = wanted;
  const hasSize = width !== null || height !== null;
  const ratio = parseShape(aspectRatio);
  if (!hasSize && aspectRatio === null) return;
  if (!hasSize && ratio === null) {
    draft.warn("ignored", "aspectRatio", "An aspect ratio is two whole numbers, such as 16:9.");
    return;
  }
  const ratios = draft.find(["aspect_ratio"]);
  if (takesPixels(draft) && (hasSize || ratios === null)) {
    setPixels(draft, wanted, ratio);
    // There are models that look at the pixels only then.
    if (ratios?.property.enum?.includes("custom")) draft.set("aspect_ratio", "custom");
  } else if (ratios && hasSize) setShapeOf(draft, sizes, wanted, ratio ?? 1);
  else if (ratios && ratio !== null && aspectRatio !== null) setRatio(draft, aspectRatio, ratio);
  else if (hasSize) draft.warn("ignored", sizeParameter(wanted), "This model makes pictures of one size.");
  else draft.warn("ignored", "aspectRatio", "This model makes pictures of one shape.");
}

export const takesPixels = (draft: Draft) =>
  draft.find(["width"]) !== null && draft.find(["height"]) !== null;

const sizeParameter = ({ width }: Wanted) => (width === null ? "height" : "width");

function setPixels(draft: Draft, wanted: Wanted, ratio: number | null): void {
  const { width, height } =
    wanted.width === null && wanted.height === null ? longSided(draft, ratio ?? 1) : wanted;
  const onStep = (side: number) => Math.max(usualStep, Math.round(side / usualStep) * usualStep);
  // The other side of a single one that comes without a ratio is left to the model.
  const wide = width ?? (height !== null && ratio !== null ? onStep(height * ratio) : null);
  const high = height ?? (width !== null && ratio !== null ? onStep(width / ratio) : null);
  if (wide !== null) draft.setNumber("width", wide, "width", "a width");
  if (high !== null) draft.setNumber("height", high, "height", "a height");
}

function longSided(draft: Draft, ratio: number): Size {
  const usual = draft.find(["width"])?.property.default;
  const long = typeof usual === "number" ? usual : usualLongSide;
  const onStep = (side: number) => Math.max(usualStep, Math.round(side / usualStep) * usualStep);
  return { width: onStep(long * Math.min(1, ratio)), height: onStep(long / Math.max(1, ratio)) };
}

/** An aspect ratio, where the model takes one. */
function setRatio(draft: Draft, asked: string, ratio: number): void {
  const made = nearestRatio(draft, ratio) ?? asked.replace(/\s/g, "");
  draft.set("aspect_ratio", made);
  if (Math.abs((parseShape(made) ?? 0) / ratio - 1) > 1e-9)
    draft.warn("adjusted", "aspectRatio", `This model does not make ${asked}: it became ${made}.`);
}

/** A size in pixels, where the model takes an aspect ratio. */
function setShapeOf(draft: Draft, sizes: ModelRules["sizes"], wanted: Wanted, ratio: number): void {
  const width = wanted.width ?? Math.round((wanted.height ?? 0) * ratio);
  const height = wanted.height ?? Math.round(width / ratio);
  const exact = inLowestTerms(width, height);
  const away = (size: (typeof sizes)[number]) => Math.abs(Math.log((size[2] * size[3]) / (width * height)));
  const mayScale = draft.find(["megapixels"]) !== null && wanted.extra["megapixels"] == null;
  const possible = sizes.filter(([, megapixels]) => mayScale || megapixels === "1");
  // FLUX's pixels for 3:4 are in truth nearer to 4:5.
  const made = possible.find((size) => size[2] === width && size[3] === height);
  const shape = made?.[0] ?? nearestRatio(draft, width / height) ?? `${exact.wide}:${exact.high}`;
  draft.set("aspect_ratio", shape);
  const [size] = possible.filter(([name]) => name === shape).sort((one, other) => away(one) - away(other));
  if (size && mayScale) draft.set("megapixels", size[1]);
  if (size?.[2] === width && size[3] === height) return;
  const became = size ? `${size[2]} × ${size[3]}` : shape;
  const message = `This model takes an aspect ratio and no size in pixels: ${width} × ${height} became ${became}.`;
  draft.warn("adjusted", sizeParameter(wanted), message);
}

/** Of those that the model offers; null where it takes any. */
function nearestRatio(draft: Draft, ratio: number): string | null {
  const choices = draft.find(["aspect_ratio"])?.property.enum ?? [];
  const away = (choice: string) => Math.abs(Math.log((parseShape(choice) ?? 0) / ratio));
  const [nearest] = choices
    .map(String)
    .filter((choice) => parseShape(choice) !== null)
    .sort((one, other) => away(one) - away(other));
  return nearest ?? null;
}
