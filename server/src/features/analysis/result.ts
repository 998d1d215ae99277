import { z } from "zod";

/** What a model said of a picture: kept for good, by content, instruction and model. */
export const pictureFacts = z.object({
  /** The model's answer as it came, in the shape of the instruction's schema. */
  analysis: z.record(z.string(), z.json()),
  model: z.string(),
  instruction: z.string(),
  /** Masked label of the key that was used; null where none was. */
  key: z.string().nullable(),
  /** Tokens as the vendor counted them; null where nothing is counted, absent in results of earlier versions. */
  usage: z.object({ inputTokens: z.int(), outputTokens: z.int() }).nullable().exactOptional(),
  /** What the answer has cost in millionths of a dollar, an estimate; null where a price is not known. */
  costMicros: z.int().nullable().exactOptional(),
  contentHash: z.string(),
  format: z.string(),
  /** Pixels of the picture as it was fetched, upright. */
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});

export type PictureFacts = z.infer<typeof pictureFacts>;

/** What is known of a picture without a model. */
export const pictureOnly = pictureFacts.pick({
  contentHash: true,
  format: true,
  width: true,
  height: true,
  bytes: true,
});

export type PictureOnly = z.infer<typeof pictureOnly>;

/** Output of one row. */
export const rowOutput = pictureFacts.extend({
  /** No model was asked for this row: another row, batch or process had asked already. */
  cacheHit: z.boolean(),
});

export type RowOutput = z.infer<typeof rowOutput>;
