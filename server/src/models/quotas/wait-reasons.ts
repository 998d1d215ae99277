import type { RateLimited } from "./contract.ts";

export const parkReasons: Record<RateLimited["scope"], string> = {
  minute: "The provider's limit for a minute is used up.",
  day: "The provider's requests for the day are used up.",
  unknown: "The provider asked to wait.",
};
export const queueReason = "Others wait for the same quota.";
export const restReason = "The provider fails at the moment.";
export const storageReason = "The service cannot reach its storage at the moment.";
