import { expect, test } from "vitest";
import { type ImageOutcome, productStatus, requestStatus } from "./statuses.ts";

const made: ImageOutcome = {
  ...{ state: "made", outputUrl: "http://o.example/1", inputBytes: 9, outputBytes: 4 },
  ...{ format: "png", width: 3, height: 2, quality: null, similarity: null, why: null },
};
const failed: ImageOutcome = { state: "failed", code: "http_404", message: "The server answered 404." };
const started = new Date("2025-01-02T03:04:05Z");

test("a request is received until it begins, and processing until it has ended", () => {
  for (const state of ["pending", "queued", "processing", "paused"] as const) {
    expect(requestStatus({ state, startedAt: null, succeeded: 0 })).toBe("received");
    expect(requestStatus({ state, startedAt: started, succeeded: 0 })).toBe("processing");
  }
});

test("a request has failed only where nothing came of it, however it ended", () => {
  for (const state of ["completed", "failed", "cancelled"] as const) {
    expect(requestStatus({ state, startedAt: started, succeeded: 1 })).toBe("completed");
    expect(requestStatus({ state, startedAt: started, succeeded: 0 })).toBe("failed");
  }
});

const statusOf = (outcomes: readonly (ImageOutcome | null)[], hasEnded: boolean, begun = true) =>
  productStatus({ serial: 1, name: "Lamp", urls: outcomes.map(() => "x"), outcomes, hasEnded, begun });

test("a product is received until it is taken up, and failed where none of its images was made", () => {
  expect(statusOf([null, null], false, false)).toBe("received");
  expect(statusOf([null, null], false)).toBe("processing");
  expect(statusOf([failed, made], true)).toBe("completed");
  expect(statusOf([failed, failed], true)).toBe("failed");
  expect(statusOf([], false)).toBe("processing");
  expect(statusOf([], true)).toBe("failed");
});
