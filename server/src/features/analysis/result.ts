import { z } from "zod";

/** What a model said of a picture: kept for good, by content, instruction and model. */
export const pictureFacts = z.object({
  /** The model's answer as it came, in the shape of the instruction's schema. */
  analysis: z.record(z.string(), z.json()),
  model: z.string(),
  instruction: z.string(),
  /** Masked label of the key that was used; null where none was. */
  key: z.string().nullable(),
  contentHash: z.string(),
  format: z.string(),
  /** Pixels of the picture as it was fetched, upright. */
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});

export type PictureFacts = z.infer<typeof pictureFacts>;

/** Output of one row. */
export const rowOutput = pictureFacts.extend({
  /** No model was asked for this row: another row, batch or process had asked already. */
  cacheHit: z.boolean(),
});

export type RowOutput = z.infer<typeof rowOutput>;
