import type { HostedAnswer, ProviderFailure, Usage } from "../hosted/provider.ts";
import type { CallEnd } from "../ledger/contract.ts";
import type { EndedRequest } from "./requests.ts";

/** How a question of a job ended: for its row, and for the books. */
export interface Ended {
  /** Null where nobody is told: its row may ask again. */
  readonly request: EndedRequest | null;
  /** Null where nothing was billed. */
  readonly call: CallEnd | null;
}

export function answered(
  id: string,
  { output, model, usage, repaired }: HostedAnswer,
  costOf: (usage: Usage) => number | null,
): Ended {
  const costMicros = usage && costOf(usage);
  return {
    request: { id, described: { output, model, usage, costMicros }, failure: null },
    call: { outcome: repaired ? "repaired" : "answered", modelUsed: model, usage, costMicros },
  };
}

export function refused(
  id: string,
  failure: ProviderFailure,
  costOf: (usage: Usage) => number | null,
): Ended {
  const usage = "usage" in failure ? failure.usage : null;
  const request = { id, described: null, failure: withoutLimits(failure) };
  // Google bills no request that ended in an error; one that was refused or cut short has its tokens counted.
  if (failure.kind !== "refused" && failure.kind !== "invalid_output") return { request, call: null };
  const call = { outcome: failure.kind, modelUsed: null, usage, costMicros: usage && costOf(usage) };
  return { request, call };
}

export interface Unanswered {
  readonly reason: string;
  /** The provider may have answered it, and the answer cannot be had. */
  readonly mayBePaid: boolean;
  /** It was called off, which is no failure of anybody's. */
  readonly isForgotten: boolean;
}

export const unanswered = (id: string, { reason, mayBePaid, isForgotten }: Unanswered): Ended => ({
  request: isForgotten ? null : { id, described: null, failure: { kind: "unavailable", reason } },
  call: mayBePaid ? { outcome: "unavailable", modelUsed: null, usage: null, costMicros: null } : null,
});

/** What a failure means for the picture. */
export function withoutLimits(failure: ProviderFailure): NonNullable<EndedRequest["failure"]> {
  switch (failure.kind) {
    case "refused":
    case "invalid_output":
    case "rejected":
    case "unavailable":
      return { kind: failure.kind, reason: failure.reason };
    case "model_unknown":
      return { kind: "unusable", reason: failure.reason };
    case "key_unusable":
      return { kind: "unavailable", reason: failure.reason };
    case "rate_limited":
      return { kind: "unavailable", reason: "The provider had no room for this question of the job." };
  }
}

/** What it means for a batch that its job cannot be had: nothing was asked, and somebody has to look at it. */
export const notTaken = (failure: ProviderFailure): NonNullable<EndedRequest["failure"]> => ({
  kind: "unusable",
  reason: "reason" in failure ? failure.reason : "The provider has no room for the job.",
});
