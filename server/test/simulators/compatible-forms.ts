import type { WireForm } from "./scripted-server.ts";
import type { LimitForm, SpokenAnswer, TokenCounts } from "./vision-simulator.ts";

export const compatibleRefusals = ["refusal", "content_filter"] as const;

const usualUsage: TokenCounts = { inputTokens: 900, outputTokens: 160 };

export function compatibleForm(answer: SpokenAnswer, model: string, id: string): WireForm {
  const wrote = (
    content: string | null,
    more: Choice = {},
    usage: TokenCounts | null = usualUsage,
  ): WireForm => ({
    status: 200,
    body: {
      id,
      object: "chat.completion",
      created: 1_795_219_200,
      model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content, ...(more.refusal && { refusal: more.refusal }) },
          finish_reason: more.finish ?? "stop",
        },
      ],
      ...(usage && { usage: usageOf(usage) }),
    },
  });
  switch (answer.kind) {
    case "output":
      return wrote(JSON.stringify(answer.output), {}, answer.usage);
    case "text":
      return wrote(answer.text, {}, answer.usage);
    case "truncated":
      return wrote(answer.text, { finish: "length" }, answer.usage);
    case "empty":
      return wrote(null);
    case "refusal":
      return answer.form === "refusal"
        ? wrote(null, { refusal: "I can't help with that." }, answer.usage)
        : wrote("", { finish: "content_filter" }, answer.usage);
    case "error":
      return serverErrors.openAi(answer.status, answer.message ?? "Something went wrong.");
    case "limited":
      return limitForm(answer);
  }
}

interface Choice {
  readonly finish?: string;
  readonly refusal?: string;
}

const usageOf = ({ inputTokens, outputTokens }: TokenCounts) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

/** One error as servers word it. */
export const serverErrors = {
  openAi: (status: number, message: string): WireForm => ({
    status,
    body: { error: { message, type: "api_error", param: null, code: null } },
  }),
  llamaCpp: (status: number, message: string): WireForm => ({
    status,
    body: { error: { code: status, message, type: "server_error" } },
  }),
  olderVllm: (status: number, message: string): WireForm => ({
    status,
    body: { object: "error", message, type: "BadRequestError", param: null, code: status },
  }),
  ollama: (status: number, message: string): WireForm => ({ status, body: { error: message } }),
  fastApi: (status: number, message: string): WireForm => ({ status, body: { detail: message } }),
  fastApiList: (status: number, message: string): WireForm => ({
    status,
    body: { detail: [{ type: "missing", loc: ["body", "model"], msg: message, input: {} }] },
  }),
  jsonString: (status: number, message: string): WireForm => ({ status, body: message }),
  plain: (status: number, message: string): WireForm => ({ status, text: message }),
} as const;

function limitForm({ scope, retryAfterMs }: LimitForm): WireForm {
  const which = { minute: "-per-min", day: "-per-day", unknown: "" }[scope];
  return {
    ...serverErrors.openAi(429, `Rate limit exceeded: free-models${which}.`),
    ...(retryAfterMs !== null && { headers: { "retry-after": String(retryAfterMs / 1000) } }),
  };
}
