import { readFileSync } from "node:fs";
import { z } from "zod";
import { modelInputSchema } from "./model-input.ts";

const modelSchema = z.strictObject({
  /** `owner/name`. */
  id: z.string(),
  /** Null for an official model, of which Replicate itself chooses the version. */
  version: z.string().nullable(),
  as_of: z.iso.date(),
  source: z.url(),
  price: z
    .strictObject({ usd_per_image: z.number().nonnegative(), as_of: z.iso.date(), source: z.url() })
    .nullable(),
  /** Aspect ratio and megapixels, in the words of `input`, and the pixels that they give. */
  sizes: z.array(z.tuple([z.string(), z.string(), z.int(), z.int()])),
  input: modelInputSchema,
});

const tableSchema = z.strictObject({ as_of: z.iso.date(), models: z.array(modelSchema) });

export type TableModel = z.infer<typeof modelSchema>;

/** What was read of models on a day: it spares the question, and holds what Replicate's own schemas do not say. */
export const readModelTable = (): readonly TableModel[] =>
  tableSchema.parse(JSON.parse(readFileSync(new URL("./models.json", import.meta.url), "utf8"))).models;
