import { parseShape } from "../aspect-ratio.ts";
import type { ImageRequest, Warning } from "../contract.ts";

/** Of a side, in pixels. */
export const sides = { least: 128, most: 2_048 };
export const usualLongSide = 1_024;
const { least, most } = sides;
const step = 8;

interface ChosenSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly Warning[];
}

/** What is asked for, to the pixel; of a ratio or a single side, what comes nearest to it. */
export function chooseSize(request: Pick<ImageRequest, "width" | "height" | "aspectRatio">): ChosenSize {
  const { width, height, aspectRatio } = request;
  const warnings: Warning[] = [];
  const fit = (parameter: "width" | "height", side: number): number => {
    const made = Math.min(Math.max(Math.round(side), least), most);
    const message = `The local renderer draws from ${least} to ${most} pixels a side: ${side} became ${made}.`;
    if (made !== side) warnings.push({ code: "clamped", parameter, message });
    return made;
  };
  if (width !== null && height !== null)
    return { width: fit("width", width), height: fit("height", height), warnings };

  const ratio = parseShape(aspectRatio);
  if (aspectRatio !== null && ratio === null)
    warnings.push({
      code: "ignored",
      parameter: "aspectRatio",
      message: "An aspect ratio is two whole numbers, such as 16:9.",
    });
  const shape = ratio ?? 1;
  const size = sized(shape, {
    width: width === null ? null : fit("width", width),
    height: height === null ? null : fit("height", height),
  });
  // Rounding to whole steps moves the shorter side by at most half of one.
  const exact = size.width > size.height ? size.width / shape : size.height * shape;
  if (ratio !== null && Math.abs(exact - Math.min(size.width, size.height)) > step / 2)
    warnings.push({
      code: "adjusted",
      parameter: "aspectRatio",
      message: `The local renderer does not draw ${aspectRatio} at this size: it became ${size.width} × ${size.height}.`,
    });
  return { ...size, warnings };
}

type Given = Pick<ImageRequest, "width" | "height">;

function sized(shape: number, { width, height }: Given): { width: number; height: number } {
  if (width !== null) return { width, height: onStep(width / shape) };
  if (height !== null) return { width: onStep(height * shape), height };
  return {
    width: onStep(usualLongSide * Math.min(1, shape)),
    height: onStep(usualLongSide / Math.max(1, shape)),
  };
}

const onStep = (side: number) => Math.min(Math.max(Math.round(side / step) * step, least), most);
