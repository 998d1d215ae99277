import { openAiError, openAiForm, openAiRefusals } from "./openai-forms.ts";
import { openAiMediaTypes, readOpenAiRequest } from "./openai-request.ts";
import {
  type ScriptedServer,
  type ScriptedSettings,
  startScripted,
  type WireProtocol,
} from "./scripted-server.ts";

const protocol: WireProtocol = {
  path: "/v1/responses",
  mediaTypes: openAiMediaTypes,
  refusals: openAiRefusals,
  limits: [
    { scope: "minute", retryAfterMs: 7_500 },
    { scope: "minute", retryAfterMs: null },
    { scope: "day", retryAfterMs: 432_000 },
    { scope: "unknown", retryAfterMs: 120 },
    { scope: "unknown", retryAfterMs: null },
  ],
  keyOf: ({ authorization = "" }) => authorization.replace(/^Bearer /, ""),
  read: readOpenAiRequest,
  formOf: openAiForm,
  unknownKey: (key) =>
    openAiError(401, {
      message:
        key === ""
          ? "You didn't provide an API key."
          : `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      code: "invalid_api_key",
    }),
  unknownModel: (model) =>
    openAiError(404, {
      message: `The model \`${model}\` does not exist or you do not have access to it.`,
      code: "model_not_found",
    }),
  malformed: (message) => openAiError(400, { message, code: "invalid_value" }),
};

/** OpenAI's Responses API. */
export const startOpenAi = (settings: Partial<ScriptedSettings> = {}): Promise<ScriptedServer> =>
  startScripted(protocol, {
    keys: ["sk-proj-simulated-0123456789abcdef"],
    models: ["gpt-5.6-terra"],
    ...settings,
  });
