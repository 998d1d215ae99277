import { failed, type Outcome, retryLater } from "./kind.ts";

/** Tries of an item whose failures may pass. */
const maxTries = 3;

export interface TryAgainOptions {
  /** Of this item, from 1. */
  readonly attempt: number;
  /** Wait after the first try; doubled after each further one. */
  readonly baseMs: number;
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Later, as long as tries are left; then what failed last is the result. */
export type TryAgain = (code: string, message: string, notBefore?: Date | null) => Outcome;

/** Tries are spaced and spread: a host that stumbles is not met by all of its rows at once when it gets up. */
export const createTryAgain =
  ({ attempt, baseMs, now, random }: TryAgainOptions): TryAgain =>
  (code, message, notBefore = null) => {
    if (attempt >= maxTries) return failed(code, message);
    const waitMs = baseMs * 2 ** (attempt - 1) * (0.5 + random());
    return retryLater(new Date(Math.max(now() + waitMs, notBefore?.getTime() ?? 0)), code, message);
  };
