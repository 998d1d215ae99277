import { createGoogle } from "@ai-sdk/google";
import { createHostedProvider, type Dialect } from "./dialect.ts";
import { readGeminiAnswer } from "./gemini-answer.ts";
import { geminiFailure } from "./gemini-failure.ts";
import {
  type HostedCall,
  type HostedProvider,
  type HostedProviderSettings,
  ProviderError,
} from "./provider.ts";
import { questionOf, type SdkRequest } from "./question.ts";

/** Gemini's `generateContent`. */
export const createGemini = (settings: HostedProviderSettings): HostedProvider =>
  createHostedProvider(geminiDialect, settings);

/** Also of the lines of batch jobs. */
export const geminiDialect: Dialect = {
  name: "gemini",
  title: "Gemini",
  needsKey: true,
  modelOf: ({ apiKey, baseUrl, model, fetch }) =>
    createGoogle({ apiKey: apiKey ?? "", baseURL: baseUrl, fetch }).languageModel(model),
  requestOf,
  failureOf: geminiFailure,
  read: readGeminiAnswer,
};

function requestOf(call: HostedCall): SdkRequest {
  // The model becomes a part of the address.
  if (!/^(?:\w+\/)?[\w.-]+$/.test(call.model)) {
    throw new ProviderError({ kind: "model_unknown", reason: "Gemini has no model of this name." });
  }
  return {
    ...questionOf(call),
    // The least thinking that the SDK's list of models has for this one. Gemma takes no such setting.
    ...(/^(?:\w+\/)?gemini-/.test(call.model) && { reasoning: "none" }),
  };
}
