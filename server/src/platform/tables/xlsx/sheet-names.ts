import { createDistinctNames } from "../distinct-names.ts";
import { MAX_SHEET_NAME_CHARACTERS } from "./limits.ts";

/** Excel repairs a workbook with one of these, a name with an apostrophe at its end, or the name that it keeps for itself. */
const FORBIDDEN = /[[\]:*?/\\\p{Cc}]/gu;
const OUTER_APOSTROPHES = /^['\s]+|['\s]+$/g;
const RESERVED = /^history$/i;

/** Makes of any names those that sheets of one workbook can have; ` (2)` at the end of one that is taken. */
export function createSheetNames() {
  const distinct = createDistinctNames((name, suffix) => cut(name, suffix.length) + suffix);
  return (wanted: string): string => {
    const name = cut(wanted.toWellFormed().replace(FORBIDDEN, " "), 0);
    return distinct(name === "" || RESERVED.test(name) ? `Sheet ${name}`.trim() : name);
  };
}

const cut = (name: string, reserved: number) =>
  name
    .replace(OUTER_APOSTROPHES, "")
    .slice(0, MAX_SHEET_NAME_CHARACTERS - reserved)
    // A surrogate pair that is cut in two leaves a half.
    .replace(/[\uD800-\uDBFF]$/, "")
    .replace(OUTER_APOSTROPHES, "");
