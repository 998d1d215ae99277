import { createOpenAI } from "@ai-sdk/openai";
import { createHostedProvider, type Dialect } from "./dialect.ts";
import { readOpenAiAnswer } from "./openai-answer.ts";
import { openAiFailure } from "./openai-failure.ts";
import type { HostedCall, HostedProvider, HostedProviderSettings } from "./provider.ts";
import { questionOf, type SdkRequest } from "./question.ts";
import { obeysStrictMode } from "./strict-schema.ts";

/** OpenAI's Responses API. */
export const createOpenAi = (settings: HostedProviderSettings): HostedProvider =>
  createHostedProvider(dialect, settings);

const dialect: Dialect = {
  name: "openai",
  title: "OpenAI",
  needsKey: true,
  modelOf: ({ apiKey, baseUrl, model, fetch }) =>
    createOpenAI({ apiKey: apiKey ?? "", baseURL: baseUrl, fetch }).responses(model),
  requestOf,
  failureOf: openAiFailure,
  read: readOpenAiAnswer,
};

/** Without a `detail`: the catalog's sizes hold for what each model applies by itself. */
function requestOf(call: HostedCall): SdkRequest {
  const reasoning = leastReasoning(call.model);
  return {
    ...questionOf(call),
    ...(reasoning && { reasoning }),
    providerOptions: {
      openai: {
        // Unless told so, OpenAI keeps question and picture for 30 days.
        store: false,
        strictJsonSchema: obeysStrictMode(call.instruction.schema),
        // Null, or the SDK asks for a summary, which OpenAI gives to verified organisations only and else refuses.
        reasoningSummary: null,
      },
    },
  };
}

/**
 * From `none` the SDK goes up to the least that its list has for the model, and leaves it out for models that do not
 * reason. It has no list for the o series, which knows no `none`, and for variants whose least effort differs.
 */
function leastReasoning(model: string): "none" | "low" | undefined {
  if (/^o\d/.test(model)) return "low";
  return /^gpt-(?!.*-(?:pro|codex|chat)\b)/.test(model) ? "none" : undefined;
}
