import type { RuleOf } from "../catalog.schema.ts";
import { largestFitting, longSide, patchesOf, type Seen, type Size, scaleDown } from "./size.ts";

type Rule = RuleOf<"openai_patches">;

/**
 * OpenAI counts patches on the picture as sent and shrinks by the lesser of two factors: the one that fits `max_side`
 * and the one that fits `budget`. Both are taken from the picture as sent, so neither builds on the other's rounding.
 *
 * Source: https://developers.openai.com/api/docs/guides/images-vision, "Patch-based image tokenization"
 */
export function seeByOpenaiPatches(rule: Rule, source: Size): Seen {
  const size = shrink(rule, source);
  const patches = patchesOf(size, rule.patch);
  const refused = rule.reject_patches !== null && patches > rule.reject_patches;
  return {
    size,
    sizeDocumented: true,
    // 150 × 1.62 is 243.00000000000003 in floating point, and would be counted as 244.
    tokens: rule.multiplier === null ? null : Math.ceil(patches * rule.multiplier - 1e-6),
    rejection: refused
      ? `${size.width}x${size.height} takes ${patches} patches and exceeds the ${rule.reject_patches} that the model accepts`
      : null,
  };
}

function shrink(rule: Rule, source: Size): Size {
  const fits = (size: Size) =>
    (rule.max_side === null || longSide(size) <= rule.max_side) &&
    (rule.budget === null || patchesOf(size, rule.patch) <= rule.budget);
  if (fits(source)) return source;

  const bySide = rule.max_side === null ? 1 : rule.max_side / longSide(source);
  const size = scaleDown(source, Math.min(1, bySide, budgetFactor(rule, source)));
  // A strip thinner than one patch has no whole patch for the published formula to round down to.
  return fits(size) ? size : largestFitting(source, fits);
}

function budgetFactor({ budget, patch }: Rule, { width, height }: Size): number {
  if (budget === null || patchesOf({ width, height }, patch) <= budget) return 1;
  const factor = Math.sqrt((patch ** 2 * budget) / (width * height));
  const across = (width * factor) / patch;
  const down = (height * factor) / patch;
  return factor * Math.min(wholePart(across), wholePart(down));
}

const wholePart = (patches: number) => (patches < 1 ? 1 : Math.floor(patches) / patches);
