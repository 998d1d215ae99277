import type { Sharp } from "sharp";
import { expect } from "vitest";
import type { ImageRequest } from "../contract.ts";

/** A request that leaves all but its prompt to the renderer. */
export const asking = (prompt: string, asked: Partial<ImageRequest> = {}): ImageRequest => ({
  ...{ prompt, negativePrompt: null, width: null, height: null, aspectRatio: null, steps: null },
  ...{ guidance: null, seed: null, scheduler: null, count: 1, format: "png", quality: null },
  ...{ background: null, extra: {} },
  ...asked,
});

/** Side of what is left of a picture for a glance, in pixels. */
const side = 12;

type Glance = readonly (readonly [red: number, green: number, blue: number])[];

export async function glance(picture: Sharp): Promise<Glance> {
  const { data, info } = await picture
    .resize(side, side, { fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return Array.from({ length: side * side }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(index * 3, index * 3 + 3);
    return [red, green, blue];
  });
}

/** How different two pictures look from afar: the mean of all differences, 0 to 255. */
export function distance(one: Glance, other: Glance): number {
  const parts = one.flatMap((pixel, index) =>
    pixel.map((part, at) => Math.abs(part - (other[index]?.[at] ?? 0))),
  );
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}
