import type { ImageRequest, Json, JsonObject, Warning } from "../contract.ts";
import type { ModelRules } from "./model-table.ts";

interface Fitted {
  readonly sent: JsonObject;
  readonly warnings: readonly Warning[];
}

/** What an operator decides, and no request. */
const operatorsOwn = "moderation";

/** What no model of this API has a word for. */
export function ignoredIn({ negativePrompt, steps, guidance, seed, scheduler }: ImageRequest): Warning[] {
  const given: readonly (readonly [
    "negativePrompt" | "steps" | "guidance" | "seed" | "scheduler",
    unknown,
    string,
  ])[] = [
    ["negativePrompt", negativePrompt || null, "This model takes no negative prompt."],
    ["steps", steps, "This model takes no number of steps."],
    ["guidance", guidance, "This model takes no guidance."],
    ["seed", seed, "This model takes no seed: the same request makes another picture each time."],
    ["scheduler", scheduler, "This model lets nobody choose a scheduler."],
  ];
  return given
    .filter(([, value]) => value !== null)
    .map(([parameter, , message]) => ({ code: "ignored", parameter, message }));
}

export function fitBackground({ own }: ModelRules, { background, format }: ImageRequest): Fitted {
  const ignored = (message: string): Fitted => ({
    sent: {},
    warnings: [{ code: "ignored", parameter: "background", message }],
  });
  if (background === null) return { sent: {}, warnings: [] };
  if (own && (background === "opaque" || format !== "jpeg")) return { sent: { background }, warnings: [] };
  // All pictures are opaque that are not asked to be otherwise.
  if (background === "opaque") return { sent: {}, warnings: [] };
  return ignored(own ? "A JPEG has no transparency." : "This model lets nobody choose a background.");
}

/** `output_compression` is a quality in spite of its name: unless it is told, it is 100. */
export const fitFormat = ({ format, quality }: ImageRequest): JsonObject => ({
  output_format: format,
  ...(format !== "png" && quality !== null && { output_compression: quality }),
});

export function fitExtra({ choices }: ModelRules, { extra }: ImageRequest): Fitted {
  const sent: Record<string, Json> = {};
  const warnings: Warning[] = [];
  for (const [key, value] of Object.entries(extra)) {
    if (value === null) continue;
    const values = Object.hasOwn(choices, key) ? choices[key] : undefined;
    const shown = key.replace(/\p{C}/gu, "").slice(0, 60);
    const ignore = (message: string) =>
      warnings.push({ code: "ignored", parameter: `extra.${key}`, message });
    if (key === operatorsOwn) ignore(`What “${shown}” does is not for a request to decide.`);
    else if (values === undefined) ignore(`This model takes nothing called “${shown}”.`);
    else if (typeof value !== "string") ignore(`This model takes a word for “${shown}”.`);
    else if (values === null || values.includes(value)) sent[key] = value;
    else ignore(`This model takes for “${shown}” only ${values.join(", ")}.`);
  }
  return { sent, warnings };
}
