import { sql } from "kysely";
import type { Verdict } from "./review.ts";

/** Which results are meant. The one predicate of lists, counts and exports: what one of them shows, all of them mean. */
export interface ResultFilter {
  readonly succeeded?: boolean;
  /** Failed with one of these. */
  readonly codes?: readonly string[];
  /** Stored then or later. */
  readonly since?: Date;
  /** Stored earlier. */
  readonly before?: Date;
  /** What their outputs hold, each of them. Those of successes, unless failures are asked for. */
  readonly output?: readonly OutputCondition[];
  /** What people said of them: this, anything, or nothing. */
  readonly review?: Verdict | "any" | "none";
  /** Of items from the first of these positions, to the one before the second. */
  readonly positions?: readonly [from: number, past: number];
}

/** A text within the output, by the names of the members that lead to it. */
export type OutputCondition =
  /** It is there, and is not blank. */
  | { readonly path: readonly string[]; readonly is: "filled" }
  /** It holds this text, in capitals or not. */
  | { readonly path: readonly string[]; readonly contains: string }
  /** A text holds this text, in capitals or not, however deep within what the path leads to. */
  | { readonly path: readonly string[]; readonly containsAnywhere: string };

/** Whether the counters of a chunk tell how many of its results match. */
export const isCounted = ({ review, ...filter }: ResultFilter): boolean =>
  review === undefined && isCountedButForReviews(filter);

/** Whether they tell it once those are known that somebody said something of. */
export const isCountedButForReviews = ({ codes, since, before, output = [] }: ResultFilter): boolean =>
  codes === undefined && since === undefined && before === undefined && output.length === 0;

/** Whether only results of one kind can match: those that succeeded (true), those that failed (false). */
export function outcomeOf({ succeeded, codes, output = [] }: ResultFilter): boolean | undefined {
  if (succeeded !== undefined) return succeeded;
  if (codes !== undefined) return false;
  return output.length > 0 ? true : undefined;
}

/**
 * A regular expression that finds a text in capitals or not. Of letters beyond ASCII the database knows only what its
 * locale does, which for `C` is nothing: so both forms of each are spelled out. As a class, which takes half the time of
 * alternatives, but for the few that are two letters in capitals.
 */
const inAnyCase = (text: string): string =>
  Array.from(text.toWellFormed(), (character) => {
    const forms = [...new Set([character, character.toLowerCase(), character.toUpperCase()])];
    if (forms.length === 1) return character.replace(/[.*+?()[\]{}|^$\\]/g, "\\$&");
    return forms.every((form) => Array.from(form).length === 1)
      ? `[${forms.join("")}]`
      : `(?:${forms.join("|")})`;
  }).join("");

/** A path to every text of a value that holds this one; the names of members are none of them. */
const textsLike = (text: string) => `$.** ? (@ like_regex ${JSON.stringify(inAnyCase(text))})`;

/** `offset 0` has each looked up by its key, however little the planner knows of a table that just grew. */
const reviewedIf = (condition: ReturnType<typeof sql>) => sql`exists (
  select from reviews
  where reviews.batch_id = results.batch_id and reviews.position = results.position
    and reviews.result_at = results.created_at ${condition}
  offset 0
)`;

const reviewed = reviewedIf(sql``);
const reviewedAs = (review: Verdict | "any") =>
  review === "any" ? reviewed : reviewedIf(sql`and reviews.verdict = ${review}::text`);

/** The condition on a row of `results`; its batch and its position are asked for besides. */
export function matches(filter: ResultFilter) {
  const { codes, since, before, review, output = [] } = filter;
  const conditions = output.map((condition) => {
    const { path } = condition;
    if ("containsAnywhere" in condition)
      return sql`jsonb_path_exists(output #> ${path}::text[], ${textsLike(condition.containsAnywhere)}::text::jsonpath)`;
    const text = sql`case when jsonb_typeof(output #> ${path}::text[]) = 'string' then output #>> ${path}::text[] else '' end`;
    return "is" in condition
      ? sql`${text} ~ '[^[:space:]]'`
      : sql`${text} ~ ${inAnyCase(condition.contains)}::text`;
  });
  const outcome = outcomeOf(filter);
  if (outcome !== undefined) conditions.push(outcome ? sql`succeeded` : sql`not succeeded`);
  // Both asked for: what succeeded has no code, so nothing matches.
  if (codes !== undefined) conditions.push(sql`code = any(${codes}::text[])`);
  if (since !== undefined) conditions.push(sql`created_at >= ${since}::timestamptz`);
  if (before !== undefined) conditions.push(sql`created_at < ${before}::timestamptz`);
  if (review !== undefined) conditions.push(review === "none" ? sql`not ${reviewed}` : reviewedAs(review));
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
