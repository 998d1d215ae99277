const pictures = [
  ["bakery.jpg", "image/jpeg"],
  ["noodle-bar.webp", "image/webp"],
  ["coffee-house.jpg", "image/jpeg"],
  ["bookshop.webp", "image/webp"],
  ["optician.jpg", "image/jpeg"],
  ["laundry.webp", "image/webp"],
  ["street-sign.jpg", "image/jpeg"],
  ["receipt.png", "image/png"],
  ["hills.jpg", "image/jpeg"],
  ["lights.webp", "image/webp"],
  ["mug.jpg", "image/jpeg"],
  ["logo.png", "image/png"],
] as const;

/** Media types of the sample pictures, by name. `scripts/draw-samples.ts` draws them. */
export const sampleTypes: ReadonlyMap<string, string> = new Map(pictures);

/**
 * The rows of the sample batch, in their order: names under `/samples/`. The last one has no picture, so that the batch
 * shows a failure too.
 */
export const sampleNames: readonly string[] = [...sampleTypes.keys(), "missing.jpg"];
