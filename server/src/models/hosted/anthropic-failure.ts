import { z } from "zod";
import type { HttpAnswer } from "./exchange.ts";
import { httpFailure, retryAfterMs } from "./http-failure.ts";
import { readBody } from "./json-body.ts";
import { scopeIn } from "./limit-words.ts";
import type { ProviderFailure } from "./provider.ts";
import { attributed, plainReason, type Secrets } from "./reason.ts";

const envelope = z.object({
  type: z.literal("error"),
  error: z.object({ message: z.string().catch("") }),
});

/** Of the account behind the key, and yet an invalid request to Anthropic, with status 400. */
const ofAccount =
  /credit balance is too low|reached your specified .*usage limits|organization has been disabled/i;

/** Longer than any limit of a minute takes to be whole again. */
const longestMs = 60 * 60 * 1_000;

/** An answer of Anthropic's that is no 200 → how the call failed. */
export function anthropicFailure(answer: HttpAnswer, secrets: Secrets): ProviderFailure {
  const message = readBody(envelope, answer.body)?.error.message ?? null;
  const otherwise = `Anthropic answered with status ${answer.status}.`;
  const reason = plainReason(message && attributed("Anthropic", message), otherwise, secrets);
  if (message === null) return httpFailure(answer, reason, false);
  if (answer.status === 400 && ofAccount.test(message)) return { kind: "key_unusable", reason };
  if (answer.status === 429) return limitOf(answer.headers, message);
  return httpFailure(answer, reason, true);
}

/** Requests, tokens of input and tokens of output have a limit each; one or more of them are used up. */
function limitOf(headers: Headers, message: string): ProviderFailure {
  const usedUp = ["requests", "tokens", "input-tokens", "output-tokens"].filter(
    (name) => headers.get(`anthropic-ratelimit-${name}-remaining`) === "0",
  );
  const inWords = scopeIn(message);
  // All limits that have these headers are of a minute.
  const scope = inWords === "unknown" && usedUp.length > 0 ? "minute" : inWords;
  const resets = usedUp.map((name) => Date.parse(headers.get(`anthropic-ratelimit-${name}-reset`) ?? ""));
  const latest = Math.max(...resets.filter((at) => !Number.isNaN(at)));
  const untilReset = Number.isFinite(latest) ? Math.min(Math.max(0, latest - Date.now()), longestMs) : null;
  return { kind: "rate_limited", scope, retryAfterMs: retryAfterMs(headers) ?? untilReset };
}
