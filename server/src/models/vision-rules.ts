import type { CatalogModel, VisionRule } from "./catalog.schema.ts";
import { seeByClaudePatches } from "./rules/claude-patches.ts";
import { seeByGeminiTiles, seeByMediaResolution } from "./rules/gemini.ts";
import { seeByOpenaiPatches } from "./rules/openai-patches.ts";
import { seeByOpenaiTiles } from "./rules/openai-tiles.ts";
import { largestFitting, longSide, patchesOf, type Seen, type Size } from "./rules/size.ts";

/** What of a catalog entry decides how a picture is seen. */
export type SeeingModel = Pick<CatalogModel, "rule" | "limits" | "fit" | "as_of">;

/** How one model sees one picture, by the vendor's published rule of the date `as_of`. */
export interface ModelView {
  /** Pixels the model works on, after its own resize; padding is not counted. */
  readonly width: number;
  readonly height: number;
  /** Original coordinates × `scale` = coordinates in what the model sees; at most 1. */
  readonly scale: number;
  /** Input tokens of the picture: an estimate. Null where the vendor publishes no rule for it. */
  readonly tokens: number | null;
  /** False where the vendor does not document the size behind its tokens; `width` and `height` are then those sent. */
  readonly size_documented: boolean;
  readonly accepted: boolean;
  /** Why the picture would be refused; null when it is accepted. */
  readonly reason: string | null;
  readonly rule: VisionRule["name"];
  readonly as_of: string;
}

/** `width` and `height` are pixels as the model receives them: after EXIF orientation was applied. */
export function modelView(model: SeeingModel, width: number, height: number): ModelView {
  const source = { width, height };
  const seen = see(model.rule, source);
  const reason = tooLong(model, source) ?? seen.rejection;
  return {
    ...seen.size,
    scale: longSide(seen.size) / longSide(source),
    tokens: seen.tokens,
    size_documented: seen.sizeDocumented,
    accepted: reason === null,
    reason,
    rule: model.rule.name,
    as_of: model.as_of,
  };
}

/**
 * The largest size of the same shape, at most the source, that the model accepts and does not shrink: every pixel sent
 * is a pixel seen. Where a model never shrinks, the catalog's `fit` says how much is worth sending.
 */
export function fitSize(model: SeeingModel, width: number, height: number): Size {
  return largestFitting({ width, height }, (size) => {
    const view = modelView(model, size.width, size.height);
    return (
      view.accepted && view.width === size.width && view.height === size.height && worthSending(model, size)
    );
  });
}

/** Side of the squares the model cuts a picture into, for callers that shrink in whole patches; null without a grid. */
export function grid(model: Pick<SeeingModel, "rule">): number | null {
  return "patch" in model.rule ? model.rule.patch : null;
}

function see(rule: VisionRule, source: Size): Seen {
  switch (rule.name) {
    case "claude_patches":
      return seeByClaudePatches(rule, source);
    case "openai_patches":
      return seeByOpenaiPatches(rule, source);
    case "openai_tiles":
      return seeByOpenaiTiles(rule, source);
    case "gemini_tiles":
      return seeByGeminiTiles(rule, source);
    case "gemini_media_resolution":
      return seeByMediaResolution(rule, source);
  }
}

function tooLong({ limits }: SeeingModel, source: Size): string | null {
  if (limits.max_side === null || longSide(source) <= limits.max_side) return null;
  return `${source.width}x${source.height} exceeds the ${limits.max_side} pixels per side that the model accepts`;
}

function worthSending(model: SeeingModel, size: Size): boolean {
  if (model.fit === null) return true;
  const { max_side, max_patches } = model.fit;
  const patch = grid(model);
  return (
    (max_side === null || longSide(size) <= max_side) &&
    (max_patches === null || patch === null || patchesOf(size, patch) <= max_patches)
  );
}
