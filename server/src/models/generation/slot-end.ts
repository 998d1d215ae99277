import type { ProviderFailure } from "../hosted/provider.ts";
import type { SlotEnd } from "../quotas/contract.ts";

/** What the failure of a start means for the quota and for the key. */
export function slotEndOf(failure: ProviderFailure): SlotEnd {
  switch (failure.kind) {
    case "rate_limited":
      return { as: "rate_limited", scope: failure.scope, retryAfterMs: failure.retryAfterMs };
    case "key_unusable":
      return { as: "key_unusable", reason: failure.reason };
    case "unavailable":
      return { as: "failed", reason: failure.reason, unsent: failure.unconnected ?? false };
    case "refused":
    case "invalid_output":
    case "model_unknown":
    case "rejected":
      return { as: "answered", tokens: null };
  }
}
