import { compatibleFailure } from "../../hosted/compatible-failure.ts";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { openAiFailure } from "../../hosted/openai-failure.ts";
import type { ProviderFailure } from "../../hosted/provider.ts";
import type { Secrets } from "../../hosted/reason.ts";

/** An answer that is no good one → how the call failed. @param own whether it was a model of OpenAI's own that was asked */
export function imageFailure(answer: HttpAnswer, own: boolean, secrets: Secrets): ProviderFailure {
  const failure = own ? openAiFailure(answer, secrets) : compatibleFailure(answer, secrets);
  // Of the input and of what was made alike; the code is not always there, and Azure's is another one.
  if (
    failure.kind === "rejected" &&
    /\bsafety system\b|\bcontent (?:management )?policy\b/i.test(failure.reason)
  )
    return { kind: "refused", reason: failure.reason, usage: null };
  return failure;
}
