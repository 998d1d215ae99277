import type { Batch } from "../../engine/records.ts";
import { numbersOf } from "./answers.ts";

export interface FailureCount {
  readonly code: string;
  readonly count: number;
}

/** Some failures are to be expected of addresses from the world; only what one cause does beyond that is a pattern. */
const toleratedPercent = 5;

/**
 * How well a batch does, 0 to 100: the mean of its success rate and its speed, less three tenths of what the most
 * frequent failure takes away.
 *
 * @param targetPerMinute what the configured quota allows; null where nothing bounds the speed, which then counts as full
 */
export function healthOf(
  batch: Batch,
  failures: readonly FailureCount[],
  targetPerMinute: number | null,
  now: Date,
) {
  const { processed, successRate, ratePerMinute } = numbersOf(batch, now);
  const speed =
    processed === 0 || targetPerMinute === null
      ? 100
      : Math.min(100, (100 * ratePerMinute) / targetPerMinute);
  const [frequent] = failures;
  const share = frequent && processed > 0 ? (frequent.count / processed) * 100 : 0;
  const patterns = 100 - Math.max(0, share - toleratedPercent);
  const success = processed === 0 ? 100 : successRate;
  const score = Math.max(0, Math.min(100, (success + speed) / 2 - 0.3 * (100 - patterns)));
  return {
    health_score: Number(score.toFixed(1)),
    factors: {
      success_rate: Number(success.toFixed(1)),
      processing_speed: Number(speed.toFixed(1)),
      error_patterns: Number(patterns.toFixed(1)),
    },
    recommendations: recommendations({ score, success, speed, patterns, frequent: frequent?.code }),
  };
}

function recommendations(of: {
  score: number;
  success: number;
  speed: number;
  patterns: number;
  frequent: string | undefined;
}): string[] {
  if (of.score >= 90) return ["Batch is performing well", "Monitor for rate limiting"];
  const found: string[] = [];
  if (of.patterns < 100) found.push(`Most failures are ${of.frequent}: see the error analysis for its cause`);
  if (of.success < 80) found.push("Check the addresses of the failed rows");
  if (of.speed < 80) found.push("The batch is slower than its quota allows: check the hosts of the images");
  return found.length > 0 ? found : ["Watch the failure rate"];
}
