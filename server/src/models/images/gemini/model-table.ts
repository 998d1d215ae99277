import { readFileSync } from "node:fs";
import { z } from "zod";

const imageSize = z.string().regex(/^[1-9]K$/);

const shapesSchema = z.strictObject({
  /** Beginning with `1K`, which is what a model makes that is not asked for any. */
  image_sizes: z.array(imageSize).min(1),
  /** Aspect ratio, and the pixels that it has at `1K`; at `2K` each side is twice as long, at `4K` four times. */
  ratios: z.array(z.tuple([z.string(), z.int().positive(), z.int().positive()])).min(1),
});

const priceSchema = z.strictObject({
  input_usd_per_million: z.number().nonnegative(),
  /** Also of what a model thinks. */
  text_output_usd_per_million: z.number().nonnegative(),
  image_output_usd_per_million: z.number().nonnegative(),
  as_of: z.iso.date(),
  source: z.url(),
});

const tableSchema = z.strictObject({
  as_of: z.iso.date(),
  models: z.array(
    shapesSchema.extend({
      id: z.string(),
      aliases: z.array(z.string()),
      as_of: z.iso.date(),
      source: z.url(),
      price: priceSchema,
    }),
  ),
  /** What every model of Gemini's has been able to make. */
  unlisted: shapesSchema,
});

export type ModelTable = z.infer<typeof tableSchema>;
export type Price = z.infer<typeof priceSchema>;

/** What a model is able to make. */
export interface Shapes extends z.infer<typeof shapesSchema> {
  readonly isListed: boolean;
}

export const readModelTable = (): ModelTable =>
  tableSchema.parse(JSON.parse(readFileSync(new URL("./models.json", import.meta.url), "utf8")));

export function shapesOf(table: ModelTable, model: string): Shapes {
  const listed = listedAs(table, model);
  return { ...(listed ?? table.unlisted), isListed: listed !== undefined };
}

/**
 * Google answers under a retired name with another model, at that one's price.
 *
 * @param names of the model, the one that is to be believed first
 */
export function priceOf(table: ModelTable, names: readonly string[]): Price | null {
  const [listed] = names.map((name) => listedAs(table, name)).filter((each) => each !== undefined);
  return listed?.price ?? null;
}

export const listedAs = ({ models }: ModelTable, model: string) => {
  const id = model.replace(/^models\//, "");
  return models.find((each) => each.id === id || each.aliases.includes(id));
};
