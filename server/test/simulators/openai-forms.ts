import type { WireForm } from "./scripted-server.ts";
import type { LimitForm, SpokenAnswer, TokenCounts } from "./vision-simulator.ts";

export const openAiRefusals = ["refusal", "content_filter", "image_content_policy_violation"] as const;

const usualUsage: TokenCounts = { inputTokens: 1_050, outputTokens: 140 };

export function openAiForm(answer: SpokenAnswer, model: string, id: string): WireForm {
  const response = (more: object, usage: TokenCounts | null = usualUsage): WireForm => ({
    status: 200,
    body: {
      id,
      object: "response",
      created_at: 1_795_219_200,
      status: "completed",
      error: null,
      incomplete_details: null,
      model,
      output: [],
      store: false,
      ...more,
      ...(usage && { usage: usageOf(usage) }),
    },
  });
  const wrote = (part: object, more: object, usage?: TokenCounts | null) => {
    const message = { type: "message", id: "msg_1", status: "completed", role: "assistant", content: [part] };
    // Models that reason send such an item also where they did not.
    const output = [{ type: "reasoning", id: "rs_1", summary: [] }, message];
    return response({ output, ...more }, usage);
  };
  const text = (words: string) => ({ type: "output_text", text: words, annotations: [], logprobs: [] });
  const incomplete = (reason: string) => ({ status: "incomplete", incomplete_details: { reason } });

  switch (answer.kind) {
    case "output":
      return wrote(text(JSON.stringify(answer.output)), {}, answer.usage);
    case "text":
      return wrote(text(answer.text), {}, answer.usage);
    case "truncated":
      return wrote(text(answer.text), incomplete("max_output_tokens"), answer.usage);
    case "empty":
      return response({});
    case "refusal":
      switch (answer.form) {
        case "refusal":
          return wrote({ type: "refusal", refusal: "I'm sorry, I can't help with that." }, {}, answer.usage);
        case "content_filter":
          return response(incomplete("content_filter"), answer.usage);
        default:
          return response(
            { status: "failed", error: { code: answer.form, message: "This image breaks our policy." } },
            answer.usage,
          );
      }
    case "error":
      return openAiError(answer.status, {
        message: answer.message ?? "The server had an error while processing your request.",
      });
    case "limited":
      return openAiLimit(answer, model);
  }
}

function usageOf({ inputTokens, outputTokens }: TokenCounts) {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: Math.floor(inputTokens / 2) },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: Math.floor(outputTokens / 3) },
    total_tokens: inputTokens + outputTokens,
  };
}

export const openAiError = (
  status: number,
  error: { message: string; code?: string | null; type?: string },
  headers: Readonly<Record<string, string>> = {},
): WireForm => ({
  status,
  headers,
  body: { error: { type: "invalid_request_error", param: null, code: null, ...error } },
});

/** As in bodies that users posted. */
function openAiLimit({ scope, retryAfterMs }: LimitForm, model: string): WireForm {
  const which = { minute: " on requests per min (RPM)", day: " on requests per day (RPD)", unknown: "" }[
    scope
  ];
  return openAiError(
    429,
    {
      message: `Rate limit reached for ${model} in organization org-simulated${which}: Limit 200, Used 200, Requested 1.`,
      type: "requests",
      code: "rate_limit_exceeded",
    },
    retryAfterMs === null
      ? {}
      : { "retry-after-ms": String(retryAfterMs), "retry-after": String(Math.ceil(retryAfterMs / 1000)) },
  );
}
