import { z } from "zod";
import { cutOff, refused, type Said, strangeAnswer } from "./dialect.ts";
import type { HttpAnswer } from "./exchange.ts";
import { readBody } from "./json-body.ts";
import { brokenRules } from "./openai-failure.ts";
import { ProviderError, type ProviderFailure } from "./provider.ts";
import { plainReason, type Secrets } from "./reason.ts";

const name = z.string().min(1).nullable().catch(null);
const text = z.string().catch("");
const count = z.int().nonnegative();

/** What is read of a Response; what of it is missing or strange is left out rather than refused. */
const answerSchema = z.object({
  id: name,
  model: name,
  status: z.string(),
  error: z.object({ code: text, message: text }).nullable().catch(null),
  incomplete_details: z.object({ reason: text }).nullable().catch(null),
  output: z
    .array(
      z.object({
        type: text,
        phase: text,
        content: z.array(z.object({ type: text, text })).catch([]),
      }),
    )
    .catch([]),
  usage: z.object({ input_tokens: count, output_tokens: count }).nullable().catch(null),
});

type OpenAiAnswer = z.infer<typeof answerSchema>;

/** @throws {ProviderError} for a 200 without an answer in it */
export function readOpenAiAnswer({ body }: HttpAnswer, secrets: Secrets): Said {
  const answer = readBody(answerSchema, body);
  if (answer === null) throw strangeAnswer("OpenAI");
  // What the model thought is among the tokens of the output, and what came from a cache among those of the input.
  const usage = answer.usage && {
    inputTokens: answer.usage.input_tokens,
    outputTokens: answer.usage.output_tokens,
  };
  // Models that think aloud mark what is not the answer.
  const parts = answer.output
    .filter(({ type, phase }) => type === "message" && phase !== "commentary")
    .flatMap(({ content }) => content);
  if (parts.some(({ type }) => type === "refusal")) throw refused("The model refused to answer.", usage);
  switch (answer.status) {
    case "completed":
      break;
    case "incomplete":
      throw answer.incomplete_details?.reason === "content_filter"
        ? refused("OpenAI's content filter blocked the answer.", usage)
        : cutOff(usage);
    default:
      throw new ProviderError(failureOf(answer, usage, secrets));
  }
  return {
    text: parts.map((part) => (part.type === "output_text" ? part.text : "")).join(""),
    model: answer.model,
    usage,
    responseId: answer.id,
  };
}

/** `failed`, with status 200: the request was taken, and then something happened to it. */
function failureOf({ error }: OpenAiAnswer, usage: Said["usage"], secrets: Secrets): ProviderFailure {
  const reason = plainReason(error?.message ?? null, "OpenAI did not finish the answer.", secrets);
  const code = error?.code ?? "";
  if (code === "rate_limit_exceeded") return { kind: "rate_limited", scope: "unknown", retryAfterMs: null };
  if (brokenRules.has(code)) return { kind: "refused", reason, usage };
  // invalid_image, image_too_large, unsupported_image_media_type and some ten others.
  if (/image/.test(code)) return { kind: "rejected", reason };
  return { kind: "unavailable", reason, sent: true };
}
