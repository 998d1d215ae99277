import type { Links } from "../../assets/links.ts";
import type { Item } from "../../engine/records.ts";
import { productInput } from "./request-options.ts";
import type { ImageOutcome, ProductResult } from "./statuses.ts";
import { type ImagePlace, type ImageRecord, productOutput } from "./stored-image.ts";

/** A place → where anybody finds it. */
export type AddressOf = (place: ImagePlace) => string;

/** @param baseUrl what paths of this service are put behind */
export const imageAddresses =
  (links: Pick<Links, "processedPath" | "publicUrl">, baseUrl: string): AddressOf =>
  (place) =>
    place.at === "imgur"
      ? place.url
      : (links.publicUrl(place) ??
        `${baseUrl}${links.processedPath({ id: place.assetId, name: place.name })}`);

/**
 * An item of the engine → the product with what became of its images.
 *
 * @param isOver the request has ended: nothing more comes of what has no result
 */
export function productResult(
  { input, begun, result }: Item,
  isOver: boolean,
  addressOf: AddressOf,
): ProductResult {
  const product = productInput.parse(input);
  const hasEnded = result !== null || isOver;
  return { ...product, begun, hasEnded, outcomes: outcomesOf(product.urls, result, isOver, addressOf) };
}

function outcomesOf(
  urls: readonly string[],
  result: Item["result"],
  isOver: boolean,
  addressOf: AddressOf,
): readonly (ImageOutcome | null)[] {
  if (result === null) return urls.map(() => (isOver ? notBegun : null));
  if (result.output !== null)
    return productOutput.parse(result.output).images.map((image) => outcomeOf(image, addressOf));
  // The engine ended it by itself: the process died on it, or it took too long.
  const { code, message } = result.succeeded ? notBegun : result;
  return urls.map(() => ({ state: "failed", code, message }));
}

const notBegun = {
  state: "failed",
  code: "cancelled",
  message: "The request ended before this image was begun.",
} as const;

function outcomeOf(image: ImageRecord, addressOf: AddressOf): ImageOutcome {
  if (image.state === "failed") return image;
  const { place, ...facts } = image;
  return { ...facts, outputUrl: addressOf(place) };
}
