import type { SlotEnd } from "../quotas/contract.ts";
import type { ProviderFailure, Usage } from "./provider.ts";

/** What a failure means for the quota and for the key. */
export function slotEndOf(failure: ProviderFailure): SlotEnd {
  switch (failure.kind) {
    case "rate_limited":
      return { as: "rate_limited", scope: failure.scope, retryAfterMs: failure.retryAfterMs };
    case "key_unusable":
      return { as: "key_unusable", reason: failure.reason };
    case "unavailable":
      // A provider out of reach is not asked again at once, though nothing was used.
      return { as: "failed", reason: failure.reason, unsent: failure.unconnected ?? false };
    case "refused":
    case "invalid_output":
      return { as: "answered", tokens: tokensOf(failure.usage) };
    case "model_unknown":
    case "rejected":
      return { as: "answered", tokens: 0 };
  }
}

/** All that count; null where the provider counts none. */
export const tokensOf = (usage: Usage | null) =>
  usage === null ? null : usage.inputTokens + usage.outputTokens;
