import { compatibleForm, compatibleRefusals, serverErrors } from "./compatible-forms.ts";
import { compatibleMediaTypes, readCompatibleRequest } from "./compatible-request.ts";
import {
  type ScriptedServer,
  type ScriptedSettings,
  startScripted,
  type WireProtocol,
} from "./scripted-server.ts";

const protocol: WireProtocol = {
  path: "/v1/chat/completions",
  mediaTypes: compatibleMediaTypes,
  refusals: compatibleRefusals,
  limits: [
    { scope: "minute", retryAfterMs: 3_000 },
    { scope: "day", retryAfterMs: null },
    { scope: "unknown", retryAfterMs: 2_000 },
    { scope: "unknown", retryAfterMs: null },
  ],
  keyOf: ({ authorization = "" }) => authorization.replace(/^Bearer /, ""),
  read: readCompatibleRequest,
  formOf: compatibleForm,
  unknownKey: () => serverErrors.llamaCpp(401, "Invalid API Key"),
  unknownModel: (model) => serverErrors.openAi(404, `model "${model}" not found, try pulling it first`),
  malformed: (problem) => serverErrors.openAi(400, problem),
};

/** `chat/completions` of a vision server on one's own machine. */
export const startCompatible = (settings: Partial<ScriptedSettings> = {}): Promise<ScriptedServer> =>
  startScripted(protocol, { keys: ["local-key-0123456789"], models: ["qwen3-vl:8b"], ...settings });
