import { parseShape } from "../aspect-ratio.ts";
import type { ImageRequest } from "../contract.ts";
import type { Draft } from "./draft.ts";

/** What A1111's own page offers; latent pictures are an eighth as large. */
export const side = { least: 64, most: 2_048, step: 8 };

/** Of the longer side, where only an aspect ratio is asked for: what today's models were trained on. */
const usualLongSide = 1_024;

type Wanted = Pick<ImageRequest, "width" | "height" | "aspectRatio">;

/** Says how large the picture is to be. Without both sides A1111 adds 512, and stable-diffusion.cpp leaves out the other. */
export function setSize(draft: Draft, { width, height, aspectRatio }: Wanted): void {
  const ratio = parseShape(aspectRatio);
  if (width !== null || height !== null) {
    const wide = width ?? (height ?? 0) * (ratio ?? 1);
    const high = height ?? wide / (ratio ?? 1);
    setSides(draft, width === null ? onStep(wide) : wide, height === null ? onStep(high) : high);
  } else if (ratio !== null)
    setSides(draft, onStep(usualLongSide * Math.min(1, ratio)), onStep(usualLongSide / Math.max(1, ratio)));
  else if (aspectRatio !== null)
    draft.ignore("aspectRatio", "An aspect ratio is two whole numbers, such as 16:9.");
}

function setSides(draft: Draft, width: number, height: number): void {
  draft.setNumber("width", width, side, "width", "a width");
  draft.setNumber("height", height, side, "height", "a height");
}

const onStep = (pixels: number) => Math.round(pixels / side.step) * side.step;
