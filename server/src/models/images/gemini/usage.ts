import { z } from "zod";
import type { Usage } from "../../hosted/provider.ts";
import type { Price } from "./model-table.ts";

/** Far beyond what any model reads or makes: of such a count no cost can be told, and sums of it would end the books. */
const mostTokens = 1e9;

/** proto3 leaves zeros out. */
const tokens = z.int().nonnegative().max(mostTokens).default(0);

/** `usageMetadata`. */
export const countsSchema = z.object({
  promptTokenCount: tokens,
  candidatesTokenCount: tokens,
  thoughtsTokenCount: tokens,
  candidatesTokensDetails: z
    .array(z.object({ modality: z.string(), tokenCount: tokens }))
    .nullable()
    .catch(null)
    .default(null),
});

export type Counts = z.infer<typeof countsSchema>;

/** What a model thought is output. */
export const usageOf = ({ promptTokenCount, candidatesTokenCount, thoughtsTokenCount }: Counts): Usage => ({
  inputTokens: promptTokenCount,
  outputTokens: candidatesTokenCount + thoughtsTokenCount,
});

/**
 * Millionths of a dollar, rounded: a dollar per million tokens is a micro-dollar per token. Where Google does not tell a
 * picture's tokens from those of words all are taken for a picture's, which cost more.
 */
export function priced(counts: Counts, price: Price): number {
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, candidatesTokensDetails } = counts;
  const told = candidatesTokensDetails
    ?.filter(({ modality }) => modality === "IMAGE")
    .reduce((sum, { tokenCount }) => sum + tokenCount, 0);
  const ofPictures = Math.min(told || candidatesTokenCount, candidatesTokenCount);
  const ofWords = candidatesTokenCount - ofPictures + thoughtsTokenCount;
  return Math.round(
    promptTokenCount * price.input_usd_per_million +
      ofWords * price.text_output_usd_per_million +
      ofPictures * price.image_output_usd_per_million,
  );
}
