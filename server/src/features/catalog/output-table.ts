import type { Row } from "../../platform/tables/cell.ts";
import { noImagesMessage, savedBytes } from "./answers.ts";
import type { ProductResult } from "./statuses.ts";

/** The first four are those of the input, so that the file can be uploaded again. For `csvText`, not raw. */
export const outputHeader: readonly string[] = [
  "S. No.",
  "Product Name",
  "Input Image Urls",
  "Output Image Urls",
  "Saved Bytes",
  "Errors",
];

/** Cells of a product; of its images those that were made, in the order of the input. */
export function outputRow(product: ProductResult): Row {
  const { serial, name, urls, hasEnded, outcomes } = product;
  const made = outcomes.flatMap((outcome) => (outcome?.state === "made" ? [outcome.outputUrl] : []));
  const errors = urls.flatMap((url, index) => {
    const outcome = outcomes[index];
    return outcome?.state === "failed" ? [`${url}: ${outcome.message}`] : [];
  });
  if (hasEnded && urls.length === 0) errors.push(noImagesMessage);
  return [serial, name, urls.join(","), made.join(","), savedBytes(product), errors.join(" | ")];
}
