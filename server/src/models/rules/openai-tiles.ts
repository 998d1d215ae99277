import type { RuleOf } from "../catalog.schema.ts";
import { longSide, patchesOf, type Seen, type Size } from "./size.ts";

/**
 * The older OpenAI models: fit a square box, then bring the short side down, then pay per tile. Never enlarges.
 *
 * Source: https://developers.openai.com/api/docs/guides/images-vision, "Tile-based image tokenization"
 */
export function seeByOpenaiTiles(rule: RuleOf<"openai_tiles">, source: Size): Seen {
  const inBox = Math.min(1, rule.box / longSide(source));
  const short = Math.min(source.width, source.height) * inBox;
  const factor = inBox * Math.min(1, rule.short_side / short);
  const size = {
    width: Math.max(1, Math.round(source.width * factor)),
    height: Math.max(1, Math.round(source.height * factor)),
  };
  const tokens = rule.base + rule.per_tile * patchesOf(size, rule.tile);
  return { size, sizeDocumented: true, tokens, rejection: null };
}
