import type { Ending } from "../outbound/breaker.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Claim } from "./claim.ts";
import { pauseMs } from "./schedule.ts";
import type { Settlement } from "./settle.ts";

/**
 * What becomes of a delivery after an attempt.
 *
 * @param random in [0, 1)
 * @param now milliseconds since 1970
 */
export function settlementOf(
  { id, attempt, failures }: Pick<Claim, "id" | "attempt" | "failures">,
  end: AttemptEnd,
  { tookMs, baseMs, random, now }: { tookMs: number; baseMs: number; random: number; now: number },
): Settlement {
  const ended = (state: Settlement["state"], pause = 0): Settlement => {
    if (end.kind === "cut") return { id, attempt, state, pauseMs: 0, entry: null };
    const why = end.kind === "delivered" ? { code: null, reason: null } : end;
    const { code, reason } = why;
    const { status, excerpt } = end;
    const delivered = end.kind === "delivered";
    const entry = { tookMs: Math.round(tookMs), delivered, status, code, reason, excerpt };
    return { id, attempt, state, pauseMs: pause, entry };
  };
  switch (end.kind) {
    case "cut":
      return ended("pending");
    case "delivered":
      return ended("delivered");
    case "gone":
      return ended("disabled");
    case "hopeless":
      return ended("failed");
    case "failed": {
      const pause = pauseMs(failures + 1, baseMs, random);
      if (pause === null) return ended("failed");
      return ended("pending", Math.max(pause, (end.retryAfter?.getTime() ?? 0) - now));
    }
  }
}

/** What an attempt says of the receiver. */
export function endingOf(end: AttemptEnd): Ending {
  if (end.kind === "cut" || end.kind === "hopeless") return "aborted";
  return end.kind === "failed" && end.unreachable ? "unreachable" : "answered";
}
