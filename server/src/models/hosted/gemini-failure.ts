import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { httpFailure, retryAfterMs } from "./http-failure.ts";
import type { ProviderFailure } from "./provider.ts";
import { plainReason, type Secrets } from "./reason.ts";

/** google.rpc.Status; what of it is missing or strange is left out rather than refused. */
const statusSchema = z.object({
  error: z.object({
    message: z.string().catch(""),
    status: z.string().catch(""),
    details: z.array(z.unknown()).catch([]),
  }),
});

type GoogleStatus = z.infer<typeof statusSchema>["error"];

const retryInfo = z.object({ retryDelay: z.string().regex(/^\d+(?:\.\d+)?s$/) });
const quotaFailure = z.object({ violations: z.array(z.object({ quotaId: z.string() })) });
const errorInfo = z.object({
  reason: z.string(),
  metadata: z.object({ quota_limit: z.string().optional() }).optional(),
});

/** Google says INVALID_ARGUMENT, status 400, for keys it does not know, and FAILED_PRECONDITION where it wants billing. */
const keyReasons = new Set(["API_KEY_INVALID", "API_KEY_EXPIRED", "BILLING_DISABLED", "CONSUMER_SUSPENDED"]);

/** An answer of Gemini's that is no 200 → how the call failed. */
export function geminiFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const status = googleStatus(answer.body);
  const otherwise = `Gemini answered with status ${answer.status}.`;
  const reason = plainReason(status?.message ?? null, otherwise, secrets);
  if (status === null) return httpFailure(answer, reason, false);
  if (answer.status === 429) {
    return { kind: "rate_limited", scope: scopeOf(status), retryAfterMs: delayOf(status, answer.headers) };
  }
  const isOfKey =
    infoOf(status).some((info) => keyReasons.has(info.reason)) || status.status === "FAILED_PRECONDITION";
  if (answer.status === 400 && isOfKey) return { kind: "key_unusable", reason };
  return httpFailure(answer, reason, true);
}

function googleStatus(body: string): GoogleStatus | null {
  try {
    return statusSchema.parse(JSON.parse(body)).error;
  } catch {
    return null;
  }
}

/** The names of the limits are all that tells a minute from a day; of both at once the day is the longer wait. */
function scopeOf(status: GoogleStatus): "minute" | "day" | "unknown" {
  const names = [
    ...parsed(quotaFailure, status).flatMap(({ violations }) => violations.map(({ quotaId }) => quotaId)),
    ...infoOf(status).map(({ metadata }) => metadata?.quota_limit ?? ""),
  ];
  if (names.some((name) => /PerDay/i.test(name))) return "day";
  return names.some((name) => /PerMinute/i.test(name)) ? "minute" : "unknown";
}

/** Gemini has the delay in the body, as seconds with a fraction, and no Retry-After; a proxy before it may have one. */
function delayOf(status: GoogleStatus, headers: Headers): number | null {
  const [delay] = parsed(retryInfo, status).map(({ retryDelay }) => Number(retryDelay.slice(0, -1)) * 1000);
  return delay === undefined ? retryAfterMs(headers) : Math.ceil(delay);
}

const infoOf = (status: GoogleStatus) => parsed(errorInfo, status);

const parsed = <Detail>(schema: z.ZodType<Detail>, { details }: GoogleStatus): Detail[] =>
  details.map((detail) => schema.safeParse(detail).data).filter((detail) => detail !== undefined);
