import { z } from "zod";
import { anthropicFailure } from "./anthropic-failure.ts";
import { strangeAnswer } from "./dialect.ts";
import { exchange, type HttpAnswer } from "./exchange.ts";
import { geminiFailure } from "./gemini-failure.ts";
import { readBody } from "./json-body.ts";
import { openAiFailure } from "./openai-failure.ts";
import { type HostedProviderSettings, ProviderError, type ProviderFailure } from "./provider.ts";
import type { Secrets } from "./reason.ts";
import { usableKey } from "./usable-key.ts";

/**
 * Asks a provider something that costs nothing, to learn whether it takes a key.
 *
 * @returns how many models it tells this key of; null where it is asked for something else
 * @throws {ProviderError} as its `failure` says; the signal's reason, at once, when that is aborted
 */
export type CheckKey = (apiKey: string, signal: AbortSignal) => Promise<{ readonly models: number | null }>;

/** How one provider is asked for its models. */
interface ModelList {
  /** As people call it. */
  readonly title: string;
  /** Below the API's address, without a slash before it. */
  readonly path: string;
  headersOf(apiKey: string): Readonly<Record<string, string>>;
  /** Where the list stands in the answer. */
  readonly key: "models" | "data";
  failureOf(answer: HttpAnswer, secrets: Secrets): ProviderFailure;
}

const checkBy =
  ({ title, path, headersOf, key, failureOf }: ModelList) =>
  ({ baseUrl, deadlineMs }: HostedProviderSettings): CheckKey => {
    const list = z.object({ [key]: z.array(z.unknown()) });
    return async (given, signal) => {
      const apiKey = usableKey(given, title);
      const answer = await exchange({ signal, deadlineMs }, (fetch) =>
        fetch(`${baseUrl}/${path}`, { headers: headersOf(apiKey) }),
      );
      if (answer.status !== 200) throw new ProviderError(failureOf(answer, { apiKey, instruction: "" }));
      const models = readBody(list, answer.body)?.[key];
      if (!models) throw strangeAnswer(title);
      return { models: models.length };
    };
  };

export const createGeminiKeyCheck = checkBy({
  title: "Gemini",
  path: "models?pageSize=1000",
  headersOf: (apiKey) => ({ "x-goog-api-key": apiKey }),
  key: "models",
  failureOf: geminiFailure,
});

/** Of OpenAI, and of servers that speak as it does. */
export const createOpenAiKeyCheck = checkBy({
  title: "OpenAI",
  path: "models",
  headersOf: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  key: "data",
  failureOf: openAiFailure,
});

export const createAnthropicKeyCheck = checkBy({
  title: "Anthropic",
  path: "models?limit=1000",
  headersOf: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
  key: "data",
  failureOf: anthropicFailure,
});
