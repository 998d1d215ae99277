import { expect, test } from "vitest";
import { ModelError } from "../contract.ts";
import { storeFacts } from "../instructions.ts";
import { createHostedVision } from "./hosted-vision.ts";
import { unlistedModel } from "./unlisted-model.ts";

const nothing = () => {
  throw new Error("nothing is to be asked or written");
};
const minute = 60_000;

test.each([
  ["shortly", minute / 2, minute / 2],
  ["at midnight", 20 * 60 * minute, minute],
])(
  "a picture whose turn comes %s looks again after a minute, since somebody may add a key meanwhile",
  async (_when, waitMs, laterMs) => {
    const now = Date.UTC(2026, 10, 21, 12);
    const vision = createHostedVision({
      provider: { name: "gemini", ask: nothing },
      model: unlistedModel("model"),
      quotas: {
        acquire: async () => ({ waitUntil: new Date(now + waitMs), reason: "the day is used up" }),
        ...{ pace: nothing, waiting: nothing, status: nothing, restore: nothing, close: nothing },
      },
      ledger: {
        ...{ begin: nothing, spent: nothing, batchUsage: nothing, unanswered: nothing },
        ...{ record: nothing, keyUsage: nothing, recover: nothing, forget: nothing },
        ...{ flush: nothing, close: nothing },
      },
      ...{ maxOutputTokens: 100, patienceMs: 1_000, now: () => now },
    });
    const never = new AbortController().signal;
    const answer = vision.describe({
      ...{ image: Buffer.from("picture"), format: "png", width: 1, height: 1, instruction: storeFacts },
      ...{
        signal: never,
        halting: never,
        mayBegin: async () => true,
        purpose: { batchId: "batch", position: 0 },
      },
    });
    const until = new Date(now + laterMs);
    await expect(answer).rejects.toEqual(new ModelError({ kind: "rate_limited", until }));
    await expect(answer).rejects.toMatchObject({ failure: { until } });
    expect(vision.line?.()).toEqual({ until });
  },
);
