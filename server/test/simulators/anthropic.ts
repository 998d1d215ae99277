import { anthropicError, anthropicForm } from "./anthropic-forms.ts";
import { anthropicMediaTypes, readAnthropicRequest } from "./anthropic-request.ts";
import {
  type ScriptedServer,
  type ScriptedSettings,
  startScripted,
  type WireProtocol,
} from "./scripted-server.ts";

const protocol: WireProtocol = {
  path: "/v1/messages",
  mediaTypes: anthropicMediaTypes,
  refusals: ["refusal"],
  limits: [
    { scope: "minute", retryAfterMs: 9_000 },
    { scope: "minute", retryAfterMs: null },
    { scope: "day", retryAfterMs: 1_800_000 },
    { scope: "unknown", retryAfterMs: 5_000 },
    { scope: "unknown", retryAfterMs: null },
  ],
  keyOf: (headers) => String(headers["x-api-key"] ?? ""),
  read: readAnthropicRequest,
  formOf: anthropicForm,
  unknownKey: () => anthropicError(401),
  unknownModel: (model) => anthropicError(404, `model: ${model}`),
  malformed: (problem) => anthropicError(400, problem),
};

/** Anthropic's Messages API. */
export const startAnthropic = (settings: Partial<ScriptedSettings> = {}): Promise<ScriptedServer> =>
  startScripted(protocol, {
    keys: ["sk-ant-api03-simulated-0123456789"],
    models: ["claude-haiku-5-5"],
    ...settings,
  });
