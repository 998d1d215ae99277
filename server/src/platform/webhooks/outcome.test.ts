import { expect, test } from "vitest";
import type { AttemptEnd } from "./attempt.ts";
import { endingOf, settlementOf } from "./outcome.ts";

const claim = { id: "msg_1", attempt: 3, failures: 0 };
const times = { tookMs: 12.4, baseMs: 2_000, random: 0.5, now: 1_000_000 };
const why = { status: 503, code: "http_status", reason: "The receiver answered 503.", excerpt: null };
const failed: AttemptEnd = { kind: "failed", ...why, retryAfter: null, unreachable: true };

test("a failure waits for the next attempt, and the tenth is the last", () => {
  expect(settlementOf(claim, failed, times)).toEqual({
    ...{ id: "msg_1", attempt: 3, state: "pending", pauseMs: 5_000 },
    entry: { tookMs: 12, delivered: false, ...why },
  });
  expect(settlementOf({ ...claim, failures: 8 }, failed, times).state).toBe("pending");
  expect(settlementOf({ ...claim, failures: 9 }, failed, times).state).toBe("failed");
});

test("Retry-After lengthens a pause and does not shorten it", () => {
  const after = (ms: number) =>
    settlementOf(claim, { ...failed, retryAfter: new Date(1_000_000 + ms) }, times);
  expect(after(60_000).pauseMs).toBe(60_000);
  expect(after(1_000).pauseMs).toBe(5_000);
});

test("what was cut off is due at once, and not counted", () => {
  expect(settlementOf({ ...claim, failures: 9 }, { kind: "cut" }, times)).toEqual({
    ...{ id: "msg_1", attempt: 3, state: "pending", pauseMs: 0, entry: null },
  });
});

test("410 disables, and what cannot be sent fails at once", () => {
  expect(settlementOf(claim, { kind: "gone", ...why }, times).state).toBe("disabled");
  expect(settlementOf(claim, { kind: "hopeless", ...why }, times).state).toBe("failed");
});

test("only what says that it is down or overloaded counts against a receiver", () => {
  expect(endingOf(failed)).toBe("unreachable");
  expect(endingOf({ ...failed, unreachable: false })).toBe("answered");
  expect(endingOf({ kind: "delivered", status: 200, excerpt: null })).toBe("answered");
  expect(endingOf({ kind: "gone", ...why })).toBe("answered");
  expect(endingOf({ kind: "hopeless", ...why })).toBe("aborted");
  expect(endingOf({ kind: "cut" })).toBe("aborted");
});
