import type { z } from "zod";
import type { CheckKey } from "../../models/hosted/key-check.ts";
import { ProviderError, type ProviderFailure } from "../../models/hosted/provider.ts";
import type { keyTestResponse } from "./setup-schema.ts";

type Verdict = Omit<z.output<typeof keyTestResponse>, "timestamp">;

/** What OpenAI says of keys that were made for some of its routes only. */
const mayNotList = /missing scopes|insufficient permissions/i;

/** Tries a key, and says in words what came of it. @param title of the provider, as people call it */
export async function verdictOf(
  title: string,
  check: CheckKey,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<Verdict> {
  try {
    const { models } = await check(key, signal);
    const offer = models === null ? "" : ` It may use ${models} ${models === 1 ? "model" : "models"}.`;
    return { ok: true, reason: "accepted", message: `${title} takes this key.${offer}`, models };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, models: null, ...wordsOf(title, error.failure) };
  }
}

function wordsOf(title: string, failure: ProviderFailure): Pick<Verdict, "reason" | "message"> {
  if (failure.kind === "rate_limited") {
    return {
      reason: "rate_limited",
      message: `${title} takes no requests with this key for now: its limit is reached. Try again in a minute.`,
    };
  }
  const { reason: said } = failure;
  if (failure.kind === "key_unusable" && mayNotList.test(said)) {
    return {
      reason: "restricted",
      message: `${title} knows this key, but does not let it list models, so nothing more can be tested. It may still work.`,
    };
  }
  if (failure.kind === "key_unusable" || failure.kind === "rejected" || failure.kind === "refused")
    return { reason: "refused", message: `${title} does not take this key. ${said}` };
  return {
    reason: "unreachable",
    message: `${title} could not be asked, so nothing is known of the key. ${said}`,
  };
}
