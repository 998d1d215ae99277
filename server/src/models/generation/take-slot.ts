import type { Quotas, Slot } from "../quotas/contract.ts";

/** Whose key a start is sent with. */
interface StartKey {
  readonly group: string;
  readonly id: string | null;
  readonly label: string | null;
  readonly secret: string | null;
}

type Taken =
  | { readonly as: "slot"; readonly slot: Slot | null; readonly key: StartKey }
  | { readonly as: "wait"; readonly until: Date }
  | { readonly as: "unusable"; readonly reason: string };

/** After so many that were late the next one is used all the same: what is behind them is as late. */
const mostLate = 2;
/**
 * Of a square picture of OpenAI's, between middle and high quality: an estimate, which is corrected by what the provider
 * counts. Other providers limit pictures by requests alone.
 */
const usualTokens = 1_000;
const nobodysKey: StartKey = { group: "none", id: null, label: null, secret: null };

/** @throws the signal's reason */
export async function takeSlot(
  quotas: Quotas | null,
  ask: { readonly signal: AbortSignal; readonly patienceMs: number },
): Promise<Taken> {
  if (!quotas) return { as: "slot", slot: null, key: nobodysKey };
  for (let late = 0; ; late += 1) {
    const answer = await quotas.acquire({ tokens: usualTokens, ...ask });
    if ("unusable" in answer) return { as: "unusable", reason: answer.unusable };
    if ("waitUntil" in answer) return { as: "wait", until: answer.waitUntil };
    if (late < mostLate && answer.isLate()) {
      await answer.settle({ as: "unused" });
      continue;
    }
    const { id, label, secret } = answer.key;
    const key = secret === null ? { id: null, label: null, secret } : { id, label, secret };
    return { as: "slot", slot: answer, key: { group: answer.group, ...key } };
  }
}
