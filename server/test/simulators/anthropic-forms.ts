import type { WireForm } from "./scripted-server.ts";
import type { LimitForm, SpokenAnswer, TokenCounts } from "./vision-simulator.ts";

const usualUsage: TokenCounts = { inputTokens: 1_600, outputTokens: 130 };

export function anthropicForm(answer: SpokenAnswer, model: string, id: string): WireForm {
  const message = (
    content: readonly object[],
    stopReason: string,
    usage: TokenCounts | null = usualUsage,
  ): WireForm => ({
    status: 200,
    body: {
      id,
      type: "message",
      role: "assistant",
      model,
      content,
      stop_reason: stopReason,
      stop_sequence: null,
      ...(usage && { usage: usageOf(usage) }),
    },
  });
  const text = (words: string) => ({ type: "text", text: words });
  switch (answer.kind) {
    case "output":
      return message([text(JSON.stringify(answer.output))], "end_turn", answer.usage);
    case "text":
      return message([text(answer.text)], "end_turn", answer.usage);
    case "truncated":
      return message([text(answer.text)], "max_tokens", answer.usage);
    case "empty":
      return message([], "end_turn");
    case "refusal":
      return message([text("I can't help with that.")], answer.form, answer.usage);
    case "error":
      return anthropicError(answer.status, answer.message);
    case "limited":
      return limitForm(answer);
  }
}

/** What came from a cache and what was written to one is not among the tokens of the input. */
function usageOf({ inputTokens, outputTokens }: TokenCounts) {
  const cached = Math.floor(inputTokens / 3);
  const written = Math.floor(inputTokens / 5);
  return {
    input_tokens: inputTokens - cached - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

const errorTypes: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["invalid_request_error", "messages: at least one message is required"],
  401: ["authentication_error", "invalid x-api-key"],
  402: ["billing_error", "There is an issue with your billing."],
  403: ["permission_error", "Your API key does not have permission to use the specified resource."],
  404: ["not_found_error", "model: claude-unheard-of"],
  408: ["timeout_error", "Request timed out."],
  413: ["request_too_large", "Request exceeds the maximum size"],
  429: ["rate_limit_error", "This request would exceed your rate limit."],
  500: ["api_error", "Internal server error"],
  504: ["timeout_error", "Request timed out."],
  529: ["overloaded_error", "Overloaded"],
};

export function anthropicError(
  status: number,
  said?: string,
  headers: Readonly<Record<string, string>> = {},
): WireForm {
  const [type, message] = errorTypes[status] ?? ["api_error", "Unexpected error"];
  return {
    status,
    headers,
    body: {
      type: "error",
      error: { details: null, type, message: said ?? message },
      request_id: "req_011CSimulated",
    },
  };
}

/** As in bodies that users posted. */
function limitForm({ scope, retryAfterMs }: LimitForm): WireForm {
  const headers = retryAfterMs === null ? {} : { "retry-after": String(retryAfterMs / 1000) };
  const message = {
    minute:
      "This request would exceed the rate limit for your organization of 50,000 input tokens per minute.",
    day: "Number of request tokens has exceeded your daily rate limit.",
    unknown: "Server is temporarily limiting requests (not your usage limit)",
  }[scope];
  return anthropicError(429, message, headers);
}
