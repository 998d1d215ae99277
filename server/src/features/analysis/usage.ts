import type { Ledger } from "../../models/ledger/contract.ts";
import { dollarsOf } from "./budget.ts";

/** What a batch is told of its calls from. */
export type CallBooks = Pick<Ledger, "batchUsage" | "unanswered">;

export type UsageAnswer = Awaited<ReturnType<typeof usageAnswer>>;

/** Of the calls that may have been billed for nothing so many are listed; there are hardly ever more. */
const mostListed = 100;

/** @param books absent where no calls are made */
export async function usageAnswer(books: CallBooks | undefined, batchId: string) {
  const usage = (await books?.batchUsage(batchId)) ?? noUsage;
  const unanswered = books && usage.possiblyPaidTwice > 0 ? await books.unanswered(batchId, mostListed) : [];
  return {
    calls: usage.calls,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    estimated_cost_usd: dollarsOf(usage.costMicros),
    unpriced_calls: usage.unpriced,
    possibly_paid_twice: usage.possiblyPaidTwice,
    possibly_paid_twice_calls: unanswered.map(
      ({ position, model, keyLabel, outcome, askedAgain, begunAt }) => ({
        row: position === null ? null : position + 1,
        model,
        api_key_used: keyLabel,
        outcome,
        asked_again: askedAgain,
        begun_at: begunAt.toISOString(),
      }),
    ),
  };
}

const noUsage = {
  ...{ calls: 0, inputTokens: 0, outputTokens: 0 },
  ...{ costMicros: 0, unpriced: 0, possiblyPaidTwice: 0 },
};
