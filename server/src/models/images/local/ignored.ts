import type { ImageRequest, Parameter, Warning } from "../contract.ts";

/** What of a request a renderer without a model can do nothing with. */
export function ignoredIn(request: ImageRequest): readonly Warning[] {
  const { steps, guidance, scheduler, negativePrompt, background, extra } = request;
  const found: [parameter: Parameter, message: string][] = [];
  if (negativePrompt !== null && negativePrompt !== "")
    found.push(["negativePrompt", "The local renderer takes no negative prompt."]);
  if (steps !== null) found.push(["steps", "The local renderer takes no number of steps."]);
  if (guidance !== null) found.push(["guidance", "The local renderer takes no guidance."]);
  if (scheduler !== null) found.push(["scheduler", "The local renderer has no schedulers."]);
  if (background === "transparent")
    found.push(["background", "The local renderer makes opaque pictures only."]);
  for (const [key, value] of Object.entries(extra)) {
    const shown = key.replace(/\p{C}/gu, "").slice(0, 60);
    if (value !== null) found.push([`extra.${key}`, `The local renderer takes nothing called “${shown}”.`]);
  }
  return found.map(([parameter, message]) => ({ code: "ignored", parameter, message }));
}
