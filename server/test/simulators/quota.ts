/** A project's limits for one model; null where there is none. */
export interface QuotaLimits {
  readonly requestsPerMinute: number | null;
  readonly requestsPerDay: number | null;
  readonly inputTokensPerMinute: number | null;
}

export type Violation =
  | { readonly limit: "requestsPerMinute" | "inputTokensPerMinute"; readonly retryMs: number }
  | { readonly limit: "requestsPerDay"; readonly retryMs: null };

const minuteMs = 60_000;

/**
 * Exact sliding windows: at any instant, what was admitted in the 60 s before it is within the limits. The day is the
 * time since `startDay`. A refused request is not counted.
 */
export function createQuota(limits: QuotaLimits) {
  const admitted: { at: number; tokens: number }[] = [];
  let tokens = 0;
  let today = 0;

  const forget = (now: number) => {
    while (admitted[0] && admitted[0].at <= now - minuteMs) tokens -= admitted.shift()?.tokens ?? 0;
  };
  /** Milliseconds until enough of the window has passed for `fits`. */
  const waitFor = (now: number, fits: (gone: number, goneTokens: number) => boolean): number => {
    let goneTokens = 0;
    for (const [index, entry] of admitted.entries()) {
      goneTokens += entry.tokens;
      if (fits(index + 1, goneTokens)) return entry.at + minuteMs - now;
    }
    return minuteMs;
  };

  return {
    /** Admits a request, or says what it violates. `now` in milliseconds, never less than before. */
    take(now: number, inputTokens: number): Violation | null {
      forget(now);
      const { requestsPerDay, requestsPerMinute, inputTokensPerMinute } = limits;
      if (requestsPerDay !== null && today >= requestsPerDay)
        return { limit: "requestsPerDay", retryMs: null };
      if (requestsPerMinute !== null && admitted.length >= requestsPerMinute) {
        return {
          limit: "requestsPerMinute",
          retryMs: waitFor(now, (gone) => admitted.length - gone < requestsPerMinute),
        };
      }
      if (inputTokensPerMinute !== null && tokens + inputTokens > inputTokensPerMinute) {
        const fits = (_gone: number, goneTokens: number) =>
          tokens - goneTokens + inputTokens <= inputTokensPerMinute;
        return { limit: "inputTokensPerMinute", retryMs: waitFor(now, fits) };
      }
      admitted.push({ at: now, tokens: inputTokens });
      tokens += inputTokens;
      today += 1;
      return null;
    },
    startDay() {
      today = 0;
    },
  };
}
