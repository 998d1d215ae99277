import { z } from "zod";
import type { OutputCondition, ResultFilter } from "../../engine/result-filter.ts";
import { verdicts } from "../../engine/review.ts";
import { invalidField } from "./errors.ts";

/**
 * A yes or no of a query or a body. Not read leniently: a filter that is misspelled and ignored would export what was
 * not asked for.
 */
function readFlag(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === "true" || word === "1" || word === "yes" || word === "on") return true;
  if (word === "false" || word === "0" || word === "no" || word === "off") return false;
  return word;
}

const truth = z.boolean({ error: "expected true or false" });

/** @param fallback what nothing at all stands for */
export const flagOr = (fallback: boolean, description: string) =>
  z.preprocess(readFlag, truth.default(fallback)).meta({ type: "boolean", default: fallback, description });

export const optionalFlag = (description: string) =>
  z.preprocess(readFlag, truth.optional()).meta({ type: "boolean", description });

/** Null and nothing are no filter, as an empty field of a form is none. */
const textOf = <Text extends z.ZodType<string>>(text: Text, description: string) =>
  z
    .preprocess((value) => (value === null || value === "" ? undefined : value), text.optional())
    .meta({ type: "string", description });

const dateError = "expected a date such as 2025-11-01 or 2025-11-01T00:00:00Z";

const date = (description: string) =>
  textOf(
    z.string({ error: dateError }).refine((text) => readDate(text) !== null, { error: dateError }),
    description,
  );

const partOfText = z
  .string()
  .max(200, { error: "expected at most 200 characters" })
  .refine((text) => !text.includes("\u0000"), { error: "holds a NUL character" });

const reviewWords = [...verdicts, "reviewed", "none"] as const;

/** The filters of results, the same wherever results are listed, shown, counted or exported. */
export const resultFilterFields = {
  status: textOf(
    z.enum(["success", "failed"], { error: "expected success or failed" }),
    "The same as `success_only` or `failed_only`.",
  ),
  success_only: flagOr(false, "Only what succeeded."),
  failed_only: flagOr(false, "Only what failed."),
  error_type: textOf(
    z
      .string({ error: "expected codes, separated by commas" })
      .max(1_000)
      .regex(/^[\w, -]*$/, { error: "expected codes, separated by commas" }),
    "Failed with this code; several, separated by commas.",
  ),
  start_date: date("Stored then or later. Without a zone it is UTC."),
  end_date: date(
    "Stored until then: until the end of the day, minute or second that is named. Without a zone it is UTC.",
  ),
  has_store_name: flagOr(false, "Only those with a store name."),
  has_contact: flagOr(false, "Only those with a business contact."),
  store_name_filter: textOf(partOfText, "Part of the store name, in capitals or not."),
  search: textOf(partOfText, "Part of any text that the model answered, in capitals or not."),
  review: textOf(
    z.enum(reviewWords, { error: `expected one of ${reviewWords.join(", ")}` }),
    "What a person said of it: `accepted`, `flagged`, `reviewed` for either, `none` for nothing.",
  ),
};

/** Filters that a client may name. */
export type ResultFilters = z.output<z.ZodObject<typeof resultFilterFields>>;

/**
 * Filters as the engine takes them.
 *
 * @throws {AppError} `validation_error` where two of them contradict each other
 */
export function toResultFilter(asked: ResultFilters): ResultFilter {
  const { status, success_only, failed_only, error_type, start_date, end_date } = asked;
  const { store_name_filter, search, review } = asked;
  const succeeded = success_only === true || status === "success";
  const failed = failed_only === true || status === "failed";
  if (succeeded && failed)
    throw invalidField(
      "success_only",
      "cannot be asked for together with what failed; leave one of them out",
    );
  const since = start_date === undefined ? null : readDate(start_date);
  const until = end_date === undefined ? null : readDate(end_date);
  const codes = error_type
    ?.split(",")
    .map((code) => code.trim())
    .filter((code) => code !== "");
  const output: OutputCondition[] = [];
  if (asked.has_store_name === true) output.push({ path: ["analysis", "store_name"], is: "filled" });
  if (asked.has_contact === true) output.push({ path: ["analysis", "business_contact"], is: "filled" });
  if (store_name_filter) output.push({ path: ["analysis", "store_name"], contains: store_name_filter });
  if (search) output.push({ path: ["analysis"], containsAnywhere: search });
  return {
    ...(review ? { review: review === "reviewed" ? "any" : review } : {}),
    ...(succeeded || failed ? { succeeded } : {}),
    ...(codes && codes.length > 0 ? { codes } : {}),
    ...(since ? { since: since.from } : {}),
    ...(until ? { before: until.past } : {}),
    ...(output.length > 0 ? { output } : {}),
  };
}

/** The filters that were asked for, as they were: what an answer says it applied. */
export const appliedFilters = (asked: ResultFilters): Readonly<Record<string, string | boolean>> =>
  Object.fromEntries(
    Object.keys(resultFilterFields)
      .map((name) => [name, asked[name as keyof ResultFilters]] as const)
      .filter((entry): entry is readonly [string, string | true] => {
        const value = entry[1];
        return value !== undefined && value !== false && value !== "";
      }),
  );

interface NamedTime {
  readonly from: Date;
  /** The first moment after what was named. */
  readonly past: Date;
}

const dateForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:(Z)|([+ -])(\d{2}):?(\d{2}))?)?$/i;

/**
 * ISO 8601, of a day or a moment. What names a day, a minute or a second means all of it. A `+` that a query turned into
 * a space is taken for one.
 *
 * @returns null where it is none, or of a day that no month has
 */
function readDate(text: string): NamedTime | null {
  const parts = dateForm.exec(text.trim());
  if (!parts) return null;
  const [, year, month, day, hour, minute, second, fraction, , sign, offsetHours, offsetMinutes] = parts;
  const number = (part: string | undefined) => Number(part ?? 0);
  const milliseconds = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  const calendar = new Date(Date.UTC(number(year), number(month) - 1, number(day)));
  calendar.setUTCFullYear(number(year));
  const known = calendar.getUTCMonth() === number(month) - 1 && calendar.getUTCDate() === number(day);
  if (!known || number(hour) > 23 || number(minute) > 59 || number(second) > 59 || number(offsetHours) > 23)
    return null;
  const offset = (number(offsetHours) * 60 + number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  const time =
    calendar.getTime() +
    ((number(hour) * 60 + number(minute) - offset) * 60 + number(second)) * 1000 +
    milliseconds;
  const named =
    hour === undefined ? 86_400_000 : second === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  return { from: within(time), past: within(time + named) };
}

const earliest = Date.UTC(1970, 0, 1);
const latest = Date.UTC(9999, 11, 31);

/** Nothing was stored before or after these; a year that the database does not write in four digits it would refuse. */
const within = (time: number) => new Date(Math.min(latest, Math.max(earliest, time)));
