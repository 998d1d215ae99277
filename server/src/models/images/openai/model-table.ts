import { readFileSync } from "node:fs";
import { z } from "zod";

const pixels = z.int().positive();

const sizesSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("listed"), sizes: z.array(z.tuple([pixels, pixels])).min(1) }),
  z.strictObject({
    kind: z.literal("ruled"),
    /** Both sides are multiples of it. */
    step: pixels,
    longest_side: pixels,
    /** Of the longer side to the shorter one. */
    longest_ratio: z.number().positive(),
    least_pixels: pixels,
    most_pixels: pixels,
  }),
  /** Nothing is known: what is asked for is sent. */
  z.strictObject({ kind: z.literal("any") }),
]);

const rulesSchema = z.strictObject({
  /** OpenAI's own: it needs a key, always sends the pictures themselves, and can be told their format. */
  own: z.boolean(),
  most_per_call: z.int().positive(),
  most_prompt_characters: z.int().positive().nullable(),
  sizes: sizesSchema,
  /** What a request may add in OpenAI's own words, and the values that there are; null for any text. */
  choices: z.record(z.string(), z.array(z.string()).nullable()),
});

const priceSchema = z.strictObject({
  input_usd_per_million: z.number().nonnegative(),
  output_usd_per_million: z.number().nonnegative(),
  as_of: z.iso.date(),
  source: z.url(),
});

const tableSchema = z.strictObject({
  as_of: z.iso.date(),
  models: z.array(
    z.strictObject({
      id: z.string(),
      as_of: z.iso.date(),
      source: z.url(),
      shutdown_date: z.iso.date().nullable(),
      price: priceSchema.nullable(),
      /** A name in `rules`. */
      rules: z.string(),
    }),
  ),
  /** For models that OpenAI's names say are its own, and for all others. */
  unlisted: z.strictObject({ openai: z.string(), others: z.string() }),
  rules: z.record(z.string(), rulesSchema),
});

export type SizeRules = z.infer<typeof sizesSchema>;
export type ModelRules = z.infer<typeof rulesSchema>;
type ListedPrice = z.infer<typeof priceSchema>;
export type TokenPrice = Pick<ListedPrice, "input_usd_per_million" | "output_usd_per_million">;

export interface KnownModel {
  readonly rules: ModelRules;
  /** Null where it is not known. */
  readonly price: ListedPrice | null;
  /** Null where none is known. */
  readonly shutdownDate: string | null;
}

/** What was read of models on a day. */
interface ModelTable {
  readonly names: readonly string[];
  /** By the name that is asked for. */
  known(model: string): KnownModel;
}

export function readModelTable(): ModelTable {
  const table = tableSchema.parse(
    JSON.parse(readFileSync(new URL("./models.json", import.meta.url), "utf8")),
  );
  const rulesCalled = (name: string): ModelRules => {
    const rules = table.rules[name];
    if (!rules) throw new Error(`The table of OpenAI's image models has no rules called ${name}.`);
    return rules;
  };
  const models = new Map(
    table.models.map(({ id, price, rules, shutdown_date: shutdownDate }) => [
      id,
      { price, shutdownDate, rules: rulesCalled(rules) },
    ]),
  );
  const openai = { price: null, shutdownDate: null, rules: rulesCalled(table.unlisted.openai) };
  const others = { price: null, shutdownDate: null, rules: rulesCalled(table.unlisted.others) };

  return {
    names: [...models.keys()],
    known: (model) =>
      models.get(model) ??
      // gpt-image-2-2026-04-21 is what gpt-image-2 was that day.
      models.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, "")) ??
      (/^(?:chat)?gpt-image-/.test(model) ? openai : others),
  };
}
