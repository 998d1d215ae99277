import { ProviderError } from "../../models/hosted/provider.ts";
import type { Checked, ImageRequest, Prepared } from "../../models/images/contract.ts";
import type { IconItem } from "./batch-plan.ts";
import { cacheKey, iconPrompt } from "./prompt.ts";

/** A model that makes icons, as batches keep it. */
export interface IconModel {
  readonly provider: string;
  /** As its provider calls it. */
  readonly model: string;
}

/** What a model is asked for an icon with. */
export interface IconQuestion {
  /** SHA-256 of all that the icon depends on. */
  readonly key: string;
  readonly prompt: string;
  /** What is sent. */
  readonly prepared: Prepared;
}

export interface AskOptions {
  /** `1024x1024`, where the model is told pixels and nobody says another size. */
  readonly openaiSize: string;
  /** @throws {ProviderError} what can only fail, or cannot be found out now */
  readonly check: (chosen: IconModel, request: ImageRequest) => Promise<Checked>;
}

/**
 * The question for one icon: with a transparent background where the model makes one, and with a white one elsewhere.
 *
 * @throws {ProviderError} as `check`
 */
export async function questionFor(
  item: IconItem,
  chosen: IconModel,
  { check, openaiSize }: AskOptions,
): Promise<IconQuestion> {
  const ask = async (background: "transparent" | "white") => {
    const prompt = iconPrompt({ ...item, background });
    const request = { ...plain, ...shapeFor(chosen), prompt };
    const checked = await check(chosen, background === "white" ? request : { ...request, background });
    return { prompt, checked };
  };
  const transparent = await ask("transparent");
  const isMet = !transparent.checked.warnings.some(({ parameter }) => parameter === "background");
  const { prompt, checked } = isMet ? transparent : await ask("white");
  const [prepared] = checked.starts;
  if (!prepared) throw new ProviderError({ kind: "rejected", reason: "The model was asked for nothing." });
  const size = chosen.provider === "openai" ? openaiSize : "1:1";
  return { key: cacheKey({ ...item, ...chosen, prompt, size, quality: null }), prompt, prepared };
}

/** OpenAI's models have a size of their own setting; others choose theirs for a square. */
const shapeFor = ({ provider }: IconModel) => (provider === "openai" ? {} : { aspectRatio: "1:1" });

const plain: Omit<ImageRequest, "prompt"> = {
  ...{ negativePrompt: null, width: null, height: null, aspectRatio: null, steps: null, guidance: null },
  ...{ seed: null, scheduler: null, count: 1, format: "png", quality: null, background: null, extra: {} },
};
