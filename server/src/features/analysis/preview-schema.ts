import { z } from "zod";
import { cellProblems } from "./cell-problem.ts";

const count = z.int().nonnegative();
const problemCode = z.enum(Object.keys(cellProblems) as (keyof typeof cellProblems)[]);

/** What an upload of a file would read of it. */
export const preview = z.object({
  encoding: z.enum(["utf-8", "utf-16le", "utf-16be"]),
  delimiter: z.enum([",", ";", "\t", "|"]).describe("`,` where the table has one column."),
  has_header: z.boolean().describe("False where the first row is a row like the others."),
  columns: z.array(z.string()).nullable().describe("Names of the header; null without one."),
  url_column: z.object({ index: count.describe("From 0."), name: z.string().nullable() }),
  url_column_how: z
    .enum(["named", "guessed"])
    .describe(
      "`named`: the header calls it `url`, `image_url` or `link`. `guessed`: by another name, or since an address stands there.",
    ),
  rows: z
    .array(
      z.object({
        row: count.describe("From 1, as results count."),
        line: count.describe("Of the file, from 1."),
        cells: z.array(z.string()).describe("Each up to 200 characters."),
        duplicate: z.boolean(),
        problem: problemCode.nullable(),
      }),
    )
    .describe("The first 20."),
  total_urls: count.describe("Rows that were seen, repeated and invalid ones among them."),
  duplicate_urls: count.describe("Rows whose address stands in a row before: it is looked at once."),
  invalid_urls: count.describe("Rows without an address: they are kept, and fail as `invalid_url`."),
  problems: z
    .array(
      z.object({
        code: problemCode,
        sentence: z.string(),
        fix: z.string(),
        count,
        examples: z.array(
          z.object({ row: count, line: count, value: z.string().describe("Up to 200 characters.") }),
        ),
      }),
    )
    .describe(
      "Invalid rows by what to do about them, the most frequent first, with up to three examples each.",
    ),
  partial: z.boolean().describe("Whether the beginning of the file was sent and no more."),
});

export type Preview = z.output<typeof preview>;
