import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { httpFailure, retryAfterMs } from "../../hosted/http-failure.ts";
import { readBody } from "../../hosted/json-body.ts";
import { durationMs, scopeIn } from "../../hosted/limit-words.ts";
import type { ProviderFailure } from "../../hosted/provider.ts";
import { attributed, plainReason, type Secrets } from "../../hosted/reason.ts";

const details = z
  .object({
    title: z.string().catch(""),
    detail: z.string().catch(""),
    /** Seconds. */
    retry_after: z.number().nonnegative().nullable().catch(null),
  })
  .refine(({ title, detail }) => title !== "" || detail !== "");

type Details = z.infer<typeof details>;

/** Null for an answer in no form of Replicate's. */
export const errorIn = ({ body }: HttpAnswer): Details | null => readBody(details, body);

/** An answer that is no good one → how the call failed. */
export function replicateFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const error = errorIn(answer);
  const otherwise = `Replicate answered with status ${answer.status}.`;
  if (error === null) return httpFailure(answer, otherwise, false);
  const reason = plainReason(wordsOf(error), otherwise, secrets);
  // Replicate says it of a version with a status of its own for what is wrong with a request.
  if (answer.status === 422 && /\bversion\b.*(?:does not exist|not permitted)/i.test(wordsOf(error)))
    return { kind: "model_unknown", reason };
  if (answer.status !== 429) return httpFailure(answer, reason, true);
  return { kind: "rate_limited", scope: scopeIn(error.detail), retryAfterMs: delayOf(answer, error) };
}

/** As `replicateFailure`: a prediction that Replicate failed to speak of may be there all the same. */
export function startFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const failure = replicateFailure(answer, secrets);
  return failure.kind === "unavailable" && answer.status >= 500 ? { ...failure, sent: true } : failure;
}

function wordsOf({ title, detail }: Details): string {
  if (detail === "") return attributed("Replicate", title);
  // "- input.num_outputs: Must be less than or equal to 4" is no sentence by itself.
  return /^\s*\p{Lu}/u.test(detail) ? detail : `${title || "Replicate says"}: ${detail.trim()}`;
}

/** "Your rate limit resets in ~30s." */
function delayOf({ headers }: HttpAnswer, { retry_after, detail }: Details): number | null {
  const [, amount, unit] =
    /(?:resets|available) in ~?(\d+(?:\.\d+)?)\s*(ms|s|m|h)(?:ec|in|our|\b)/i.exec(detail) ?? [];
  const said = amount === undefined ? null : durationMs(`${amount}${unit}`);
  return retryAfterMs(headers) ?? (retry_after === null ? said : Math.ceil(retry_after * 1_000));
}
