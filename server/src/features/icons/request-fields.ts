import { z } from "zod";
import { type IconFormat, iconFormats, iconSides } from "./choices.ts";

/** Characters; more than a few words would drown what a prompt says of style and colours. */
const mostInCategory = 100;
const mostInElement = 60;
const mostElements = 12;

/** Text on one line without space around it. PostgreSQL stores neither NUL nor half of a surrogate pair. */
const words = (most: number, error: string) =>
  z
    .string({ error })
    .transform((text) =>
      text
        .toWellFormed()
        .replace(/[\s\p{Cc}]+/gu, " ")
        .trim(),
    )
    .pipe(z.string().max(most, { error: `at most ${most} characters` }));

/** One of a few words, in any case; null is as good as absent. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .unknown()
    .transform((value) => (typeof value === "string" ? value.trim().toLowerCase() : value))
    .pipe(z.enum(values, { error: `expected one of ${values.join(", ")}` }))
    .meta({ type: "string", enum: [...values] })
    .nullish();

const categoryError = "expected a few words, such as “office supplies”";

export const category = words(mostInCategory, categoryError).refine((text) => text !== "", {
  error: `it is empty; ${categoryError}`,
});

/** Of those that differ only in case the first one. */
function unique(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return texts.filter((text) => {
    const plain = text.toLowerCase();
    return !seen.has(plain) && seen.add(plain);
  });
}

/** Entries that are looked at, blanks too: zod describes each that is wrong, and a body has room for half a million. */
const mostEntries = 500;

/** Blanks do not count. */
const wordList = (item: z.ZodType<string>, error: string) =>
  z
    .array(z.unknown(), { error })
    .max(mostEntries, { error })
    .pipe(z.array(item))
    .transform((texts) => unique(texts.filter((text) => text !== "")));

/** For the API page, which cannot see through what is read in steps. */
const textsOnPage = { type: "array", items: { type: "string" } } as const;

const elementsError = "expected a list of texts";

export const elements = wordList(words(mostInElement, elementsError), elementsError)
  .pipe(z.array(z.string()).max(mostElements, { error: `at most ${mostElements} of them` }))
  .meta({ ...textsOnPage, maxItems: mostElements });

const byCategoryError = "expected an object with a list of texts for each of at most 100 categories";

export const elementsByCategory = z
  .record(z.string(), z.unknown(), { error: byCategoryError })
  .refine((value) => Object.keys(value).length <= 100, { error: byCategoryError })
  .pipe(z.record(z.string(), elements.nullish()))
  .meta({ type: "object", additionalProperties: textsOnPage });

const categoriesError = "expected a list of 1 to 50 categories";

export const categories = wordList(words(mostInCategory, categoriesError), categoriesError)
  .pipe(
    z
      .array(z.string())
      .min(1, { error: `none is named; ${categoriesError}` })
      .max(50, { error: categoriesError }),
  )
  .meta({ ...textsOnPage, minItems: 1, maxItems: 50 });

const sidesError = `expected 1 to 10 whole numbers from ${iconSides.least} to ${iconSides.most}`;

/** In what an icon is handed out, beside what it shows. */
export const outputFields = {
  format: choice(iconFormats).describe("`png` where it is absent; `svg` is made by the local icons only."),
  sizes: z
    .array(
      z
        .int({ error: sidesError })
        .min(iconSides.least, { error: sidesError })
        .max(iconSides.most, { error: sidesError }),
      { error: sidesError },
    )
    .min(1, { error: sidesError })
    .max(10, { error: sidesError })
    .nullish()
    .describe(
      "Pixels of a side: a file for each, or the pictures of an ICO. Absent: one file, as it was made.",
    ),
};

/** What a format and sizes say together. */
export function checkSizes(
  {
    format,
    sizes,
  }: {
    readonly format?: IconFormat | null | undefined;
    readonly sizes?: readonly number[] | null | undefined;
  },
  context: z.core.$RefinementCtx,
): void {
  const refuse = (message: string) => context.addIssue({ code: "custom", path: ["sizes"], message });
  if (!sizes) return;
  if (format === "svg") refuse("an SVG has no size in pixels: leave them out, or ask for another format");
  if (format === "ico" && sizes.some((side) => side > iconSides.mostInIco))
    refuse(`an ICO has pictures of at most ${iconSides.mostInIco} pixels`);
}

/** Levels of lists and objects, and bytes of the text: metadata is echoed with each answer about its batch. */
const mostLevels = 20;
const mostMetadataBytes = 16 * 1024;

export const metadata = z
  .record(z.string(), z.unknown(), { error: "expected an object" })
  .superRefine((value, context) => {
    const fault = metadataFault(value);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  });

function metadataFault(value: unknown): string | null {
  // Levels first: printing what is nested some thousand times would overflow the stack.
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > mostLevels) return `more than ${mostLevels} levels of lists and objects`;
    level = level.flatMap((each): unknown[] =>
      each !== null && typeof each === "object" ? Object.values(each) : [],
    );
  }
  const text = JSON.stringify(value);
  if (unstorable.test(text)) return "a NUL character or half of a character cannot be stored";
  return Buffer.byteLength(text) > mostMetadataBytes ? `more than ${mostMetadataBytes} bytes` : null;
}

/** In text that JSON.stringify made: an escape, itself not escaped, of NUL or of half a surrogate pair. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
