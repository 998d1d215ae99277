import type { CatalogModel } from "./catalog.schema.ts";
import type { Described, Instruction } from "./contract.ts";
import { fitSize, modelView, type SeeingModel } from "./vision-rules.ts";

/** What of a catalog entry decides what a call costs. */
export type PricedModel = Pick<
  CatalogModel,
  "input_price_usd_per_million" | "output_price_usd_per_million" | "batch_discount"
>;

type Usage = NonNullable<Described["usage"]>;

/** Between a lucky case, the usual one, and one that is hardly exceeded. */
export interface Range {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

const bounds = ["low", "expected", "high"] as const;

/**
 * Micro-dollars of a call, rounded half up: a dollar per million tokens is a micro-dollar per token. An estimate by the
 * catalog's prices; the vendor's bill decides.
 *
 * @param lane `batch` for the vendor's batch API
 * @returns null where a price is missing
 */
export function costMicros(
  model: PricedModel,
  { inputTokens, outputTokens }: Usage,
  lane: "online" | "batch" = "online",
): number | null {
  const discount = lane === "batch" ? model.batch_discount : 0;
  const input = model.input_price_usd_per_million;
  const output = model.output_price_usd_per_million;
  if (input === null || output === null || discount === null) return null;
  // In millionths of a micro-dollar per token, as whole numbers: in floats 0.15 × 10 may be just below the half.
  const listed = millionths(input) * BigInt(inputTokens) + millionths(output) * BigInt(outputTokens);
  const paid = listed * millionths(1 - discount);
  return Number((paid + million ** 2n / 2n) / million ** 2n);
}

const million = 1_000_000n;
const millionths = (value: number): bigint => BigInt(Math.round(value * 1e6));

/** Without a known size: from a thumbnail over a usual photo to one larger than any model looks at. */
const usualSizes = {
  low: { width: 320, height: 240 },
  expected: { width: 1600, height: 1200 },
  high: { width: 8000, height: 6000 },
} as const;

/** Text in the Latin script has about four characters a token. */
const charactersPerToken = 4;

/** Of an answer, for each field asked for: a short word, a line or two, and all text of a crowded picture. */
const tokensPerField: Range = { low: 8, expected: 30, high: 120 };

interface QuestionEstimate {
  /** Null where the vendor publishes no rule for it. */
  readonly image: Range | null;
  readonly instruction: number;
  readonly output: Range;
}

/** What a picture is taken for where its model's vendor publishes no rule: about what others charge. */
const unknownPicture = 1_200;

/**
 * Input tokens of one question: what is asked of a quota. An estimate.
 *
 * @param size pixels of the picture as it is sent; null where it is not known
 */
export function estimateTokens(
  model: SeeingModel,
  size: { readonly width: number; readonly height: number } | null,
  instruction: Pick<Instruction, "text" | "schema">,
): number {
  const estimate = estimateQuestion(model, size, instruction);
  return (estimate.image?.expected ?? unknownPicture) + estimate.instruction;
}

/**
 * What one question will take, before anything is known but the size of the picture, if that.
 *
 * @param size pixels of the picture as it is uploaded; it is made to fit the model. Null where it is not known
 */
export function estimateQuestion(
  model: SeeingModel,
  size: { readonly width: number; readonly height: number } | null,
  { text, schema }: Pick<Instruction, "text" | "schema">,
): QuestionEstimate {
  const sizes = size ? { low: size, expected: size, high: size } : usualSizes;
  const { properties } = schema;
  const fields = typeof properties === "object" && properties !== null ? Object.keys(properties).length : 1;
  return {
    image: rangeOf((bound) => imageTokens(model, sizes[bound])),
    instruction: Math.ceil((text.length + JSON.stringify(schema).length) / charactersPerToken),
    output: {
      low: tokensPerField.low * fields,
      expected: tokensPerField.expected * fields,
      high: tokensPerField.high * fields,
    },
  };
}

/** Micro-dollars of one question; null where a price, or the tokens of a picture, is not known. */
export function estimateMicros(
  model: PricedModel,
  { image, instruction, output }: QuestionEstimate,
  lane: "online" | "batch" = "online",
): Range | null {
  if (image === null) return null;
  return rangeOf((bound) =>
    costMicros(model, { inputTokens: image[bound] + instruction, outputTokens: output[bound] }, lane),
  );
}

function imageTokens(model: SeeingModel, { width, height }: { width: number; height: number }) {
  const fitted = fitSize(model, width, height);
  return modelView(model, fitted.width, fitted.height).tokens;
}

function rangeOf(of: (bound: keyof Range) => number | null): Range | null {
  const [low, expected, high] = bounds.map(of);
  if (low == null || expected == null || high == null) return null;
  // A small picture may be cut into as many tiles as a large one, or more.
  return { low: Math.min(low, expected), expected, high: Math.max(expected, high) };
}
