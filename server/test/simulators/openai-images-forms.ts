import type { Piece, SpokenPictures } from "./image-simulator.ts";
import { openAiError } from "./openai-forms.ts";
import type { ImagesDialect } from "./openai-images-request.ts";
import type { WireForm } from "./scripted-server.ts";
import type { LimitForm, TokenCounts } from "./vision-simulator.ts";

/** As in bodies that users posted. */
const refusals = {
  moderation_blocked: {
    message:
      "Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID 0b1f. safety_violations=[violence].",
    type: "image_generation_user_error",
    code: "moderation_blocked",
  },
  content_policy_violation: {
    message: "Your prompt may contain text that is not allowed.",
    code: "content_policy_violation",
  },
  without_code: {
    message:
      "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
    type: "image_generation_user_error",
  },
} as const;

export const openaiImageRefusals = Object.keys(refusals);

export const openaiImageLimits: readonly LimitForm[] = [
  { scope: "minute", retryAfterMs: 12_000 },
  { scope: "minute", retryAfterMs: null },
  { scope: "day", retryAfterMs: 432_000 },
  { scope: "unknown", retryAfterMs: 120 },
];

export const compatibleImageLimits: readonly LimitForm[] = [
  { scope: "unknown", retryAfterMs: 3_000 },
  { scope: "unknown", retryAfterMs: null },
];

interface Asked {
  readonly model: string;
  readonly format: string;
}

/** What `POST /v1/images/generations` answers. */
export function generationForm(
  dialect: ImagesDialect,
  answer: SpokenPictures,
  { model, format }: Asked,
): WireForm {
  switch (answer.kind) {
    case "pictures": {
      const data = answer.pieces.map(pieceForm);
      const usage = answer.usage === undefined ? usualUsage : answer.usage;
      if (dialect === "compatible") return { status: 200, body: { created: 1_795_219_200, data } };
      const told = { background: "opaque", output_format: format, quality: "medium", size: "1024x1024" };
      return {
        status: 200,
        body: { created: 1_795_219_200, ...told, data, ...(usage && { usage: usageOf(usage) }) },
      };
    }
    case "nothing":
      return { status: 200, body: { created: 1_795_219_200, data: dialect === "openai" ? [] : null } };
    case "refusal": {
      const error = Object.entries(refusals).find(([form]) => form === answer.form)?.[1];
      return openAiError(400, error ?? { message: "There is no such form." });
    }
    case "error":
      return errorForm(dialect, answer.status, answer.message);
    case "limited":
      return dialect === "openai" ? openaiLimit(answer, model) : compatibleLimit(answer);
  }
}

export function errorForm(
  dialect: ImagesDialect,
  status: number,
  message = "The server had an error while processing your request.",
): WireForm {
  if (dialect === "openai") return openAiError(status, { message });
  return { status, body: { error: { code: status, message, type: "" } } };
}

function pieceForm(piece: Piece) {
  if (piece === "unreadable" || piece === "withheld") return { b64_json: "a lighthouse, by the sea" };
  return { b64_json: piece.bytes.toString("base64") };
}

const usualUsage: TokenCounts = { inputTokens: 23, outputTokens: 1_056 };

const usageOf = ({ inputTokens, outputTokens }: TokenCounts) => ({
  input_tokens: inputTokens,
  input_tokens_details: { image_tokens: 0, text_tokens: inputTokens },
  output_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

/** A wait of whole seconds stands in the sentence, another one in a header. */
function openaiLimit({ scope, retryAfterMs }: LimitForm, model: string): WireForm {
  const which = { minute: " on input-images per min", day: " on images per day", unknown: "" }[scope];
  const isSaid = retryAfterMs !== null && retryAfterMs % 1_000 === 0;
  const wait = isSaid ? ` Please try again in ${retryAfterMs / 1_000}s.` : "";
  const message = `Rate limit reached for ${model} (for limit gpt-image) in organization org-simulated${which}: Limit 5, Used 5, Requested 1.${wait}`;
  const headers: Record<string, string> =
    retryAfterMs === null || isSaid ? {} : { "retry-after-ms": String(retryAfterMs) };
  return openAiError(429, { message, type: "input-images", code: "rate_limit_exceeded" }, headers);
}

const compatibleLimit = ({ retryAfterMs }: LimitForm): WireForm => ({
  ...errorForm("compatible", 429, "Too many requests."),
  ...(retryAfterMs !== null && { headers: { "retry-after": String(retryAfterMs / 1_000) } }),
});
