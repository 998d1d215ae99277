import { expect, test } from "vitest";
import { createTryAgain } from "./try-again.ts";

const now = 1_700_000_000_000;
const tryAgain = (attempt: number, random = 0.5) =>
  createTryAgain({ attempt, baseMs: 2_000, now: () => now, random: () => random });

test.each([
  [1, 0, 1_000],
  [1, 0.5, 2_000],
  [1, 0.999, 2_998],
  [2, 0, 2_000],
  [2, 0.5, 4_000],
])("after try %d, with luck of %d, it is tried again in %d ms", (attempt, random, ms) => {
  expect(tryAgain(attempt, random)("http_5xx", "The server failed.")).toEqual({
    status: "later",
    until: new Date(now + ms),
    code: "http_5xx",
    message: "The server failed.",
  });
});

test.each([3, 4])("try %d is the last: what failed is the result", (attempt) => {
  const outcome = tryAgain(attempt)("http_5xx", "The server failed.", new Date(now + 60_000));
  expect(outcome).toEqual({ status: "failed", code: "http_5xx", message: "The server failed." });
});

test("who asks for more time gets it, and for less does not", () => {
  const until = (ms: number) => tryAgain(1)("rate_limited", "Too many.", new Date(now + ms));
  expect(until(60_000)).toMatchObject({ until: new Date(now + 60_000) });
  expect(until(10)).toMatchObject({ until: new Date(now + 2_000) });
  expect(tryAgain(1)("rate_limited", "Too many.", null)).toMatchObject({ until: new Date(now + 2_000) });
});
