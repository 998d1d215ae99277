import { createAnthropic as createSdk } from "@ai-sdk/anthropic";
import type { Instruction } from "../contract.ts";
import { readAnthropicAnswer } from "./anthropic-answer.ts";
import { anthropicFailure } from "./anthropic-failure.ts";
import { createHostedProvider, type Dialect } from "./dialect.ts";
import {
  type HostedCall,
  type HostedProvider,
  type HostedProviderSettings,
  ProviderError,
} from "./provider.ts";
import { questionOf, type SdkRequest } from "./question.ts";
import { isObjectNode, nodesOf } from "./schema-nodes.ts";

/** Anthropic's Messages API. */
export const createAnthropic = (settings: HostedProviderSettings): HostedProvider =>
  createHostedProvider(dialect, settings);

const dialect: Dialect = {
  name: "anthropic",
  title: "Anthropic",
  needsKey: true,
  modelOf: ({ apiKey, baseUrl, model, fetch }) =>
    createSdk({ apiKey: apiKey ?? "", baseURL: baseUrl, fetch }).languageModel(model),
  requestOf,
  failureOf: anthropicFailure,
  read: readAnthropicAnswer,
};

function requestOf(call: HostedCall): SdkRequest {
  const { schema } = call.instruction;
  if (hasOpenObject(schema)) {
    const reason = "Anthropic cannot be asked for an object whose members the schema does not name.";
    throw new ProviderError({ kind: "rejected", reason });
  }
  return {
    ...questionOf(call),
    // The least thinking that the SDK's list of models has for this one.
    reasoning: "none",
    // Never as the call of a tool: the newest models take no order to call one, and may answer in prose instead. Bounds
    // and lengths, which Anthropic refuses in a schema, the SDK moves into the descriptions.
    providerOptions: { anthropic: { structuredOutputMode: "outputFormat" } },
  };
}

/** Anthropic closes every object, so that such a one could only be empty. */
const hasOpenObject = (schema: Instruction["schema"]): boolean =>
  nodesOf(schema).some(
    (node) =>
      isObjectNode(node) && node["properties"] === undefined && node["additionalProperties"] !== false,
  );
