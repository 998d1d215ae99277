import type { RuleOf } from "../catalog.schema.ts";
import { patchesOf, type Seen, type Size } from "./size.ts";

/**
 * Gemini 2.x: a small picture is one tile, a larger one is cut into squares of short side / 1.5. Google calls the
 * formula rough. It has no value for a short side of one pixel, where the square would be empty: no estimate then.
 *
 * Source: https://ai.google.dev/gemini-api/docs/image-understanding#token_calculation
 */
export function seeByGeminiTiles(rule: RuleOf<"gemini_tiles">, source: Size): Seen {
  return { size: source, sizeDocumented: false, tokens: tileTokens(rule, source), rejection: null };
}

function tileTokens(rule: RuleOf<"gemini_tiles">, source: Size): number | null {
  if (Math.max(source.width, source.height) <= rule.small_side) return rule.per_tile;
  const unit = Math.floor(Math.min(source.width, source.height) / rule.unit_divisor);
  return unit < 1 ? null : rule.per_tile * patchesOf(source, unit);
}

/**
 * Gemini 3: the level sets the most tokens that one picture takes, whatever its size.
 *
 * Source: https://ai.google.dev/gemini-api/docs/media-resolution
 */
export function seeByMediaResolution(rule: RuleOf<"gemini_media_resolution">, source: Size): Seen {
  return { size: source, sizeDocumented: false, tokens: rule.tokens, rejection: null };
}
