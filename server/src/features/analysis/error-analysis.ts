import type { FailureCategory } from "../../platform/failures/failure.ts";
import { failureOf } from "../../platform/failures.ts";
import type { FailureCount } from "./health-score.ts";

/** So many codes are told with their share. */
const listedErrors = 10;

/** What failed in a batch, by cause, and what to do about it. */
export function analyzeErrors(failures: readonly FailureCount[]) {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  const categories = { network_errors: 0, invalid_urls: 0, processing_errors: 0 };
  for (const { code, count } of failures) categories[failureOf(code).category] += count;
  return {
    total_errors: total,
    error_categories: categories,
    top_errors: failures.slice(0, listedErrors).map(({ code, count }) => ({
      error_type: code,
      count,
      percentage: Number(((count / total) * 100).toFixed(1)),
    })),
    errors: failures.map(({ code, count }) => ({
      error_type: code,
      count,
      retryable: failureOf(code).retryable,
    })),
    recommendations: recommend(failures),
  };
}

function recommend(failures: readonly FailureCount[]): string[] {
  if (failures.length === 0) return ["No errors found"];
  const of = (category: FailureCategory) =>
    failures.filter(({ code }) => failureOf(code).category === category);
  const addresses = of("invalid_urls");
  const gone = addresses.filter(({ code }) => code.startsWith("http_"));
  return [
    ...(of("network_errors").length > 0 ? ["Check network connectivity"] : []),
    ...(addresses.length > gone.length ? ["Validate URL format"] : []),
    ...(gone.length > 0 ? ["Check that the images are still at their addresses, and public"] : []),
    ...(of("processing_errors").length > 0
      ? ["Check that the addresses lead to JPEG, PNG, GIF or WebP images"]
      : []),
  ];
}
