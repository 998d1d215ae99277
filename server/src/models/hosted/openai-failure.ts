import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { httpFailure, retryAfterMs } from "./http-failure.ts";
import { readBody } from "./json-body.ts";
import { delayIn, durationMs, scopeIn } from "./limit-words.ts";
import type { ProviderFailure } from "./provider.ts";
import { plainReason, type Secrets } from "./reason.ts";

const word = z.union([z.string(), z.number().transform(String)]).catch("");

/** What OpenAI and its imitators say of an error; empty texts for what is missing. */
export const errorDetails = z.object({ message: z.string().catch(""), code: word, type: word });

export type ErrorDetails = z.infer<typeof errorDetails>;

const envelope = z.object({ error: errorDetails });

/** Of the account behind the key, also where OpenAI says them with status 429 or 400. */
const ofAccount = new Set([
  "insufficient_quota",
  "billing_not_active",
  "billing_hard_limit_reached",
  "account_deactivated",
  "access_terminated",
  "invalid_api_key",
]);

/** `invalid_prompt` is not what it seems: OpenAI calls a prompt so that its policy blocked. */
export const brokenRules: ReadonlySet<string> = new Set([
  "content_policy_violation",
  "image_content_policy_violation",
  "content_filter",
  "moderation_blocked",
  "invalid_prompt",
]);

/** An answer of OpenAI's that is no 200 → how the call failed. */
export function openAiFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const details = readBody(envelope, answer.body)?.error ?? null;
  const otherwise = `OpenAI answered with status ${answer.status}.`;
  return failureFrom(answer, details, plainReason(details?.message ?? null, otherwise, secrets));
}

/**
 * @param details null for a body in no form of the provider's
 * @param reason one plain sentence
 */
export function failureFrom(
  answer: HttpAnswer,
  details: ErrorDetails | null,
  reason: string,
): ProviderFailure {
  if (details === null) return httpFailure(answer, reason, false);
  const { code, type, message } = details;
  if (ofAccount.has(code) || ofAccount.has(type)) return { kind: "key_unusable", reason };
  // With status 403 where a project may not use the model.
  if (code === "model_not_found") return { kind: "model_unknown", reason };
  if (brokenRules.has(code)) return { kind: "refused", reason, usage: null };
  if (answer.status !== 429) return httpFailure(answer, reason, true);
  // More tokens than a whole minute has: no minute will be long enough for it.
  if (/^Request too large/i.test(message)) return { kind: "rejected", reason };
  return { kind: "rate_limited", scope: scopeIn(message), retryAfterMs: delayOf(answer, details) };
}

function delayOf({ headers }: HttpAnswer, { message, type }: ErrorDetails): number | null {
  return retryAfterMs(headers) ?? delayIn(message) ?? resetOf(headers, type);
}

/** When the limit will be whole again, which is later than needed: the last resort. */
function resetOf(headers: Headers, type: string): number | null {
  const name = type === "tokens" ? "tokens" : "requests";
  if (headers.get(`x-ratelimit-remaining-${name}`) !== "0") return null;
  return durationMs(headers.get(`x-ratelimit-reset-${name}`) ?? "");
}
