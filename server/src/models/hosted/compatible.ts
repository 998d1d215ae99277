import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { readCompatibleAnswer } from "./compatible-answer.ts";
import { compatibleFailure } from "./compatible-failure.ts";
import { createHostedProvider, type Dialect } from "./dialect.ts";
import type { HostedCall, HostedProvider, HostedProviderSettings } from "./provider.ts";
import { questionOf, type SdkRequest } from "./question.ts";
import { obeysStrictMode } from "./strict-schema.ts";

/**
 * `chat/completions` as Ollama, llama.cpp, vLLM, LM Studio and most vendors have it, with a key or without one. The
 * picture is always sent itself: a server on one's own network should fetch no addresses.
 */
export const createCompatible = (settings: HostedProviderSettings): HostedProvider =>
  createHostedProvider(dialect, settings);

const dialect: Dialect = {
  name: "compatible",
  title: "The server",
  needsKey: false,
  modelOf: ({ apiKey, baseUrl, model, fetch }) =>
    createOpenAICompatible({
      name: "compatible",
      baseURL: baseUrl,
      fetch,
      supportsStructuredOutputs: true,
      ...(apiKey !== null && { apiKey }),
    }).languageModel(model),
  requestOf,
  failureOf: compatibleFailure,
  read: readCompatibleAnswer,
};

/**
 * With the schema also in words: where `response_format` is obeyed, it only filters what the model writes, and the model
 * never sees the names and descriptions in it; and some servers do not know the field at all.
 */
function requestOf(call: HostedCall): SdkRequest {
  const { text, schema } = call.instruction;
  const words = `${text}\n\nAnswer with one JSON object and nothing else. It has to obey this JSON Schema:\n${JSON.stringify(schema)}`;
  return {
    ...questionOf(call, words),
    providerOptions: { compatible: { strictJsonSchema: obeysStrictMode(schema) } },
  };
}
