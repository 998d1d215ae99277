import type { Spent } from "../../models/ledger/contract.ts";
import type { LaneName } from "./batch-options.ts";

/** What a limit on costs may be, for whoever sent another one. */
export const maxCostError = "expected an amount of dollars above 0, such as 12.50, with at most six decimals";

const perDollar = 1_000_000;

/** Millionths of a dollar; null where the text is no such amount, or as good as no limit (a billion and more). */
export function readDollars(text: string): number | null {
  const [, whole = "", decimals = ""] = /^\+?(\d{1,9})(?:\.(\d{0,6}))?$/.exec(text.trim()) ?? [];
  if (whole === "") return null;
  const micros = Number(whole) * perDollar + Number(decimals.padEnd(6, "0"));
  return micros > 0 ? micros : null;
}

/** @returns dollars, with up to six decimals */
export const dollarsOf = <Micros extends number | null>(micros: Micros) =>
  // The nearest double prints as the decimals it came from. The compiler narrows no type parameter, hence the cast.
  (micros === null ? null : micros / perDollar) as Micros extends null ? null : number;

export interface Spending {
  /** All told. */
  spent(batchId: string): Promise<Spent>;
  /** Whether it is known what the model costs; one that costs nothing is known. */
  isPriced(model: string, lane: LaneName): boolean;
}

interface BudgetOf {
  readonly id: string;
  readonly maxCostMicros: number | null;
  readonly lane: LaneName;
}

/**
 * Whether a batch may not begin anything that costs: asked for every row, before its model is.
 *
 * @param model its name
 * @returns why it is paused; null where it goes on
 */
export async function overBudget(
  { id, maxCostMicros, lane }: BudgetOf,
  model: string,
  { spent, isPriced }: Spending,
): Promise<string | null> {
  if (maxCostMicros === null) return null;
  if (!isPriced(model, lane)) {
    return (
      `What ${model} costs is not known, so max_cost_usd cannot be kept. Add its prices to models.json and restart, or ` +
      "resume the batch with max_cost_usd null."
    );
  }
  const { costMicros, unpriced } = await spent(id);
  if (unpriced > 0) {
    const calls = unpriced === 1 ? "A call was" : `${unpriced} calls were`;
    return (
      `${calls} billed without a word of what it took, so max_cost_usd cannot be kept. Resume the batch with max_cost_usd ` +
      "null."
    );
  }
  if (costMicros < maxCostMicros) return null;
  return (
    `The batch has cost about ${inWords(costMicros)} of at most ${inWords(maxCostMicros)}. Resume it with a higher ` +
    "max_cost_usd, or with null for no limit."
  );
}

/** Cents, and more digits where they matter: `$12.50`, `$0.000771`. */
function inWords(micros: number): string {
  const [whole, decimals = ""] = (micros / perDollar).toFixed(6).split(".");
  return `$${whole}.${decimals.replace(/0+$/, "").padEnd(2, "0")}`;
}
