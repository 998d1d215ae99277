import type { RuleOf } from "../catalog.schema.ts";
import { largestFitting, longSide, patchesOf, type Seen, type Size } from "./size.ts";

/**
 * Claude shrinks to the largest size of the same shape whose sides, padded to whole patches, stay within `edge` and
 * whose patches stay within `max_tokens`. The padding adds tokens but no coordinates, so it is not part of the size.
 *
 * Source: https://platform.claude.com/docs/en/build-with-claude/vision-coordinates
 */
export function seeByClaudePatches(rule: RuleOf<"claude_patches">, source: Size): Seen {
  const size = largestFitting(
    source,
    (candidate) =>
      Math.ceil(longSide(candidate) / rule.patch) * rule.patch <= rule.edge &&
      patchesOf(candidate, rule.patch) <= rule.max_tokens,
  );
  return { size, sizeDocumented: true, tokens: patchesOf(size, rule.patch), rejection: null };
}
