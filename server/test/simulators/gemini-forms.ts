import type { Violation } from "./quota.ts";
import type { LimitForm, SpokenAnswer, TokenCounts } from "./vision-simulator.ts";

/** Status and body of an answer of Gemini's. */
export interface GeminiForm {
  readonly status: number;
  readonly body: unknown;
}

export const geminiRefusals = [
  "promptFeedback:SAFETY",
  "promptFeedback:PROHIBITED_CONTENT",
  "SAFETY",
  "RECITATION",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
] as const;

export const usualUsage: TokenCounts = { inputTokens: 1_320, outputTokens: 150 };

export function geminiForm(answer: SpokenAnswer, model: string, responseId: string): GeminiForm {
  const answered = (parts: { candidate?: object; promptFeedback?: object }, usage: TokenCounts | null) => ({
    status: 200,
    body: {
      ...(parts.candidate && { candidates: [{ index: 0, ...parts.candidate }] }),
      ...(parts.promptFeedback && { promptFeedback: parts.promptFeedback }),
      ...(usage && { usageMetadata: usageMetadata(usage) }),
      modelVersion: model,
      responseId,
    },
  });
  const wrote = (text: string, finishReason: string, usage: TokenCounts | null = usualUsage) =>
    answered({ candidate: { content: { role: "model", parts: [{ text }] }, finishReason } }, usage);

  switch (answer.kind) {
    case "output": {
      const usage = answer.usage === undefined ? usualUsage : answer.usage;
      return wrote(JSON.stringify(answer.output), "STOP", usage);
    }
    case "text":
      return wrote(answer.text, "STOP", answer.usage);
    case "truncated":
      return wrote(answer.text, "MAX_TOKENS", answer.usage);
    case "empty":
      return answered({}, { ...usualUsage, outputTokens: 0 });
    case "refusal": {
      const usage = answer.usage ?? usualUsage;
      const [where, word] = answer.form.split(":");
      return word === undefined
        ? answered({ candidate: { finishReason: where } }, usage)
        : answered({ promptFeedback: { blockReason: word } }, usage);
    }
    case "error":
      return errorForm(answer.status, answer.message);
    case "limited":
      return limitForm(answer, model);
  }
}

/** An answer that reached what one request may write, and not yet what was asked for. */
export function continuationForm(
  { text, usage = usualUsage }: Extract<SpokenAnswer, { kind: "truncated" }>,
  modelVersion: string,
  responseId: string,
): GeminiForm {
  const content = { role: "model", parts: [{ text }] };
  const candidate = { index: 0, content, finishReason: "CONTINUATION", continuationToken: "opaque" };
  return {
    status: 200,
    body: { candidates: [candidate], usageMetadata: usageMetadata(usage), modelVersion, responseId },
  };
}

/** Zero counts are left out, as proto3 leaves them out; of the output, a part is thought. */
function usageMetadata({ inputTokens, outputTokens }: TokenCounts) {
  const thoughts = Math.floor(outputTokens / 3);
  return {
    promptTokenCount: inputTokens,
    ...(outputTokens > 0 && { candidatesTokenCount: outputTokens - thoughts }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    totalTokenCount: inputTokens + outputTokens,
    promptTokensDetails: [{ modality: "IMAGE", tokenCount: inputTokens }],
  };
}

const statusNames: Readonly<Record<number, readonly [name: string, message: string]>> = {
  400: ["INVALID_ARGUMENT", "Request contains an invalid argument."],
  401: ["UNAUTHENTICATED", "Request had invalid authentication credentials."],
  403: ["PERMISSION_DENIED", "The caller does not have permission"],
  404: ["NOT_FOUND", "Requested entity was not found."],
  408: ["DEADLINE_EXCEEDED", "Deadline expired before operation could complete."],
  413: ["INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."],
  429: ["RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."],
  500: ["INTERNAL", "An internal error has occurred. Please retry."],
  503: ["UNAVAILABLE", "The model is overloaded. Please try again later."],
};

export function errorForm(code: number, said?: string, details?: readonly object[]): GeminiForm {
  const [status, message] = statusNames[code] ?? ["UNKNOWN", "Unknown error."];
  return {
    status: code,
    body: { error: { code, message: said ?? message, status, ...(details && { details }) } },
  };
}

/** A key that Google does not know is an invalid argument to it. */
export const invalidKeyForm = (): GeminiForm =>
  errorForm(400, "API key not valid. Please pass a valid API key.", [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
  ]);

/** Which quota ids, and that a used-up day also comes with half a minute to wait: as in bodies that users posted. */
export function violationForm(violation: Violation, limit: number, model: string): GeminiForm {
  const scope = violation.limit === "requestsPerDay" ? "day" : "minute";
  return limitForm({ scope, retryAfterMs: violation.retryMs ?? 36_430 }, model, {
    ...quotas[violation.limit],
    quotaValue: String(limit),
  });
}

const quotas = {
  requestsPerMinute: {
    quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
    quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
  },
  requestsPerDay: {
    quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
    quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
  },
  inputTokensPerMinute: {
    quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_input_token_count",
    quotaId: "GenerateContentInputTokensPerModelPerMinute-FreeTier",
  },
} as const;

function limitForm({ scope, retryAfterMs }: LimitForm, model: string, quota?: object): GeminiForm {
  if (scope === "unknown" && retryAfterMs === null) return errorForm(429);
  const seconds = retryAfterMs === null ? null : `${retryAfterMs / 1000}s`;
  const named = quota ?? {
    ...(scope === "day" ? quotas.requestsPerDay : quotas.requestsPerMinute),
    quotaValue: "20",
  };
  return errorForm(
    429,
    `You exceeded your current quota, please check your plan and billing details.${seconds ? `\nPlease retry in ${seconds}.` : ""}`,
    [
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        links: [
          {
            description: "Learn more about Gemini API quotas",
            url: "https://ai.google.dev/gemini-api/docs/rate-limits",
          },
        ],
      },
      ...(scope === "unknown"
        ? []
        : [
            {
              "@type": "type.googleapis.com/google.rpc.QuotaFailure",
              violations: [{ ...named, quotaDimensions: { location: "global", model } }],
            },
          ]),
      ...(seconds ? [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: seconds }] : []),
    ],
  );
}
