import type { CheckAnswer } from "./answer-schema.ts";
import { exchange, type HttpAnswer } from "./exchange.ts";
import {
  type HostedAnswer,
  type HostedCall,
  type HostedProvider,
  type HostedProviderSettings,
  ProviderError,
  type ProviderFailure,
  type Usage,
} from "./provider.ts";
import type { SdkModel, SdkRequest } from "./question.ts";
import { checkFor, readAnswer } from "./read-answer.ts";
import type { Secrets } from "./reason.ts";
import { usableKey } from "./usable-key.ts";

/** What a model answered, before anybody looked at its JSON. */
export interface Said {
  readonly text: string;
  /** Null where the provider does not say it. */
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly responseId: string | null;
}

interface Access {
  /** Null only where the dialect needs none. */
  readonly apiKey: string | null;
  readonly baseUrl: string;
  readonly model: string;
  readonly fetch: typeof globalThis.fetch;
}

/** In what one provider's API differs from another's. */
export interface Dialect {
  readonly name: HostedProvider["name"];
  /** As people call it. */
  readonly title: string;
  readonly needsKey: boolean;
  modelOf(access: Access): SdkModel;
  /** @throws {ProviderError} `rejected` for what the provider cannot be asked */
  requestOf(call: HostedCall): SdkRequest;
  /** An answer that is no 200 → how the call failed. */
  failureOf(answer: HttpAnswer, secrets: Secrets): ProviderFailure;
  /** @throws {ProviderError} for a 200 without an answer in it */
  read(answer: HttpAnswer, secrets: Secrets): Said;
}

/**
 * One call in a provider's dialect.
 *
 * The SDK writes the request. Its `generateText` is not used, which would add retries and warnings on the console; and
 * the answer is read here, since the SDK's schemas refuse a whole answer for a count or a list that is missing in it.
 */
export function createHostedProvider(
  dialect: Dialect,
  { baseUrl, deadlineMs }: HostedProviderSettings,
): HostedProvider {
  return {
    name: dialect.name,
    async ask(call) {
      const { model, signal, instruction, onSent } = call;
      const apiKey = call.apiKey || dialect.needsKey ? usableKey(call.apiKey, dialect.title) : null;
      const check = checkFor(instruction);
      const request = dialect.requestOf(call);
      const answer = await exchange({ signal, deadlineMs, onSent }, (fetch) =>
        dialect.modelOf({ apiKey, baseUrl, model, fetch }).doGenerate(request),
      );
      const secrets = { apiKey, instruction: instruction.text };
      if (answer.status !== 200) throw new ProviderError(dialect.failureOf(answer, secrets));
      return answerIn(answer, dialect, { model, check, secrets });
    },
  };
}

interface Asked {
  readonly model: string;
  readonly check: CheckAnswer;
  readonly secrets: Secrets;
}

/**
 * A 200 of a provider → what it was asked for.
 *
 * @throws {ProviderError} where that is not in it
 */
export function answerIn(
  answer: HttpAnswer,
  dialect: Pick<Dialect, "read">,
  { model, check, secrets }: Asked,
): HostedAnswer {
  try {
    const { text, responseId, ...said } = dialect.read(answer, secrets);
    const usage = believable(said.usage);
    return { ...readAnswer(text, check, usage), model: plainName(said.model) || model, usage, responseId };
  } catch (error) {
    if (!(error instanceof ProviderError && "usage" in error.failure)) throw error;
    throw new ProviderError({ ...error.failure, usage: believable(error.failure.usage) });
  }
}

/** Far beyond what any model reads or writes: of such a count no cost can be told, and sums of it would end the books. */
const mostTokens = 1e9;

const believable = (usage: Usage | null): Usage | null =>
  usage !== null && Math.max(usage.inputTokens, usage.outputTokens) <= mostTokens ? usage : null;

const longestName = 200;

/** It is stored, shown and compared: a server may put anything there, and no database takes a NUL character. */
const plainName = (name: string | null): string =>
  (name ?? "").replace(/\p{C}/gu, "").trim().slice(0, longestName);

/** A 200 of something in between, most likely. */
export function strangeAnswer(title: string): ProviderError {
  const reason = `${title}'s answer is not in its documented form.`;
  return new ProviderError({ kind: "unavailable", reason, sent: true });
}

/** Also where the text happens to end as valid JSON: nobody knows what was to follow. */
export const cutOff = (usage: Usage | null): ProviderError =>
  new ProviderError({
    kind: "invalid_output",
    reason: "The answer was cut off at its limit of tokens.",
    usage,
  });

export const refused = (reason: string, usage: Usage | null): ProviderError =>
  new ProviderError({ kind: "refused", reason, usage });
