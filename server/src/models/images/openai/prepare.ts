import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type { Checked, ImageRequest, JsonObject, Prepared } from "../contract.ts";
import { fitBackground, fitExtra, fitFormat, ignoredIn } from "./fit-options.ts";
import { fitSize, type Size } from "./fit-size.ts";
import type { KnownModel, ModelRules } from "./model-table.ts";

const bodySchema = z.object({
  request: z.looseObject({ model: z.string(), prompt: z.string() }),
  own: z.boolean(),
  price: z
    .object({
      input_usd_per_million: z.number().nonnegative(),
      output_usd_per_million: z.number().nonnegative(),
    })
    .nullable(),
});

/** @throws {ZodError} for what was not prepared here */
export const readPrepared = ({ body }: Prepared): z.infer<typeof bodySchema> => bodySchema.parse(body);

/** The pictures of one answer, as they are, together; in base64 a third more. They are all held at once. */
const mostPictureBytes = 48 * 2 ** 20;
/** What a whole answer may weigh. */
export const mostAnswerBytes = (mostPictureBytes / 3) * 4 + 2 ** 20;
/** A pixel with transparency that no PNG could make smaller. */
const mostPixelBytes = 4;
/** Of a size that the model chooses: the largest of its usual ones. */
const largestUsualPixels = 1_536 * 1_024;

/** @throws {ProviderError} `rejected` for what can only fail */
export function prepare(model: string, { rules, price }: KnownModel, request: ImageRequest): Checked {
  const longest = rules.most_prompt_characters ?? Number.POSITIVE_INFINITY;
  if (request.prompt.length > longest && [...request.prompt].length > longest)
    throw rejected(`This model takes prompts of at most ${longest} characters.`);
  if (request.count < 1) throw rejected("No picture was asked for.");

  const { size, warning } = fitSize(rules.sizes, request);
  const background = fitBackground(rules, request);
  const extra = fitExtra(rules, request);
  const wire: JsonObject = {
    model,
    prompt: request.prompt,
    ...(size && { size: `${size.width}x${size.height}` }),
    ...(rules.own ? fitFormat(request) : { response_format: "b64_json" }),
    ...background.sent,
    ...extra.sent,
  };
  const most = picturesPerCall(rules, size);
  const starts: Prepared[] = [];
  for (let left = request.count; left > 0; left -= most) {
    const count = Math.min(left, most);
    // Servers that make one at a time may refuse to be told a number, or ignore it.
    const sent = rules.own ? { ...wire, n: count } : wire;
    starts.push({ count, body: { request: sent, own: rules.own, price } });
  }
  return {
    warnings: [
      ...ignoredIn(request),
      ...(warning ? [warning] : []),
      ...background.warnings,
      ...extra.warnings,
    ],
    starts,
  };
}

function picturesPerCall({ most_per_call }: ModelRules, size: Size | null): number {
  const pixels = size ? size.width * size.height : largestUsualPixels;
  return Math.max(1, Math.min(most_per_call, Math.floor(mostPictureBytes / (pixels * mostPixelBytes))));
}

const rejected = (reason: string) => new ProviderError({ kind: "rejected", reason });
