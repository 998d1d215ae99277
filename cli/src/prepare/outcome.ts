import { type Column, tableHead, tableRow } from "../terminal/table.ts";
import { bytes, count } from "../terminal/units.ts";
import { textWidth, visible } from "../terminal/visible.ts";
import type { PictureFacts, PreparedPicture } from "./preparer.ts";

export type Outcome =
  | {
      readonly state: "prepared";
      readonly input: string;
      /** Null with `--dry-run`. */
      readonly output: string | null;
      readonly picture: Omit<PreparedPicture, "bytes">;
    }
  | { readonly state: "failed"; readonly input: string; readonly code: string; readonly message: string };

/** A line of `--json`. */
export const outcomeJson = (outcome: Outcome) =>
  outcome.state === "failed"
    ? { input: outcome.input, status: "failed", code: outcome.code, message: outcome.message }
    : {
        input: outcome.input,
        status: "prepared",
        output: outcome.output,
        before: outcome.picture.before,
        after: outcome.picture.after,
        model: outcome.picture.model,
        scale: outcome.picture.scale,
        quality: outcome.picture.quality,
        passed_through: outcome.picture.passedThrough,
        warnings: outcome.picture.warnings,
      };

const gapBefore = 2;
const longestFact = "JPEG 10000×10000 99.9 MB".length;
const longestTokens = "123,456 → 123,456".length;
const narrowestName = 20;

/** A table that begins before its last row is known: its widths are those of the longest that there can be. */
export function outcomeTable(inputs: readonly string[], terminalColumns: number | null) {
  const longest = inputs.reduce((width, path) => Math.max(width, textWidth(visible(path))), "file".length);
  const rest = 2 * (longestFact + gapBefore) + longestTokens + gapBefore;
  const room = terminalColumns === null ? longest : Math.max(narrowestName, terminalColumns - rest);
  const columns: readonly Column[] = [
    { title: "file", width: Math.min(longest, room) },
    { title: "before", width: longestFact },
    { title: "after", width: longestFact },
    { title: "tokens", width: longestTokens, align: "right" },
  ];
  return {
    head: tableHead(columns),
    row(outcome: Outcome): string {
      const file = visible(outcome.input);
      if (outcome.state === "failed")
        return tableRow(columns.slice(0, 2), [file, `failed: ${visible(outcome.message)}`]);
      const { before, after } = outcome.picture;
      return tableRow(columns, [file, facts(before), facts(after), tokens(before, after)]);
    },
  };
}

const facts = ({ format, width, height, bytes: size }: PictureFacts) =>
  `${format.padEnd(4)} ${width}×${height} ${bytes(size)}`;

const tokens = (before: PictureFacts, after: PictureFacts) =>
  [before, after]
    .map((facts) => (facts.tokens === null ? "" : count(facts.tokens)))
    .filter(Boolean)
    .join(" → ");
