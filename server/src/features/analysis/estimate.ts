import type { Instruction } from "../../models/contract.ts";
import {
  estimateMicros,
  estimateQuestion,
  estimateTokens,
  type PricedModel,
  type Range,
} from "../../models/cost.ts";
import type { SeeingModel } from "../../models/vision-rules.ts";
import type { LaneName } from "./batch-options.ts";
import { dollarsOf } from "./budget.ts";

/** What is known of a model before it is asked. */
export interface ModelTerms {
  readonly name: string;
  /** What it costs and sees; null for one that runs here and costs nothing. */
  readonly entry: (PricedModel & SeeingModel) | null;
  /** Of all its keys together; null where no quota bounds it. */
  readonly rates: ModelRates | null;
}

interface ModelRates {
  readonly requestsPerMinute: number;
  readonly requestsPerDay: number | null;
  readonly tokensPerMinute: number | null;
}

/** What would be asked. */
export interface Load {
  readonly rows: number;
  readonly invalid: number;
  /** Distinct addresses. */
  readonly questions: number;
  /** Pixels of a usual picture; null where that is not known. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/**
 * @param terms null where no model is configured
 * @param lane what goes through the provider's batch API costs less, and takes as long as the provider likes
 */
export function estimate(
  load: Load,
  terms: ModelTerms | null,
  instruction: Instruction,
  lane: LaneName = "online",
) {
  const entry = terms?.entry ?? null;
  const tokens = entry && estimateQuestion(entry, load.size, instruction);
  const micros = entry && tokens && estimateMicros(entry, tokens, lane);
  const free = terms !== null && entry === null ? nothing : null;
  const perQuestion =
    tokens?.image == null ? null : tokens.image.expected + tokens.instruction + tokens.output.expected;
  const time = terms?.rates && lane === "online" ? slowest(load.questions, perQuestion, terms.rates) : null;
  return {
    is_estimate: true as const,
    total_urls: load.rows,
    invalid_urls: load.invalid,
    questions: load.questions,
    model: terms?.name ?? null,
    estimated_tokens_per_image: tokens?.image ?? null,
    estimated_tokens_per_instruction: tokens?.instruction ?? null,
    estimated_tokens_per_answer: tokens?.output ?? null,
    estimated_cost_usd: micros ? dollars(micros, load.questions) : free,
    estimated_seconds: time?.seconds ?? null,
    limited_by: time?.limitedBy ?? null,
  };
}

/**
 * Questions a minute that the quotas of a model allow all its batches together; null where nothing bounds them.
 *
 * @param terms null where no model is configured
 */
export function allowedPerMinute(terms: ModelTerms | null, instruction: Instruction): number | null {
  if (!terms?.rates) return null;
  const { entry, rates } = terms;
  if (entry === null || rates.tokensPerMinute === null) return rates.requestsPerMinute;
  // What the quotas take a picture for where nobody knows its tokens.
  const tokens =
    estimateTokens(entry, null, instruction) + estimateQuestion(entry, null, instruction).output.expected;
  return Math.min(rates.requestsPerMinute, rates.tokensPerMinute / tokens);
}

const nothing: Range = { low: 0, expected: 0, high: 0 };

const dollars = (micros: Range, questions: number): Range => ({
  low: dollarsOf(micros.low * questions),
  expected: dollarsOf(micros.expected * questions),
  high: dollarsOf(micros.high * questions),
});

const secondsPerDay = 86_400;

/** Limits hold side by side: the one that takes longest decides. */
function slowest(questions: number, tokensPerQuestion: number | null, rates: ModelRates) {
  const { requestsPerMinute, requestsPerDay, tokensPerMinute } = rates;
  const times = [
    { limitedBy: "requests_per_minute" as const, seconds: (questions / requestsPerMinute) * 60 },
    {
      limitedBy: "tokens_per_minute" as const,
      seconds:
        tokensPerMinute === null || tokensPerQuestion === null
          ? 0
          : ((questions * tokensPerQuestion) / tokensPerMinute) * 60,
    },
    {
      limitedBy: "requests_per_day" as const,
      // What fits into the first day waits for no midnight.
      seconds:
        requestsPerDay === null ? 0 : Math.floor(Math.max(0, questions - 1) / requestsPerDay) * secondsPerDay,
    },
  ];
  const longest = times.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  return { ...longest, seconds: Math.ceil(longest.seconds) };
}
