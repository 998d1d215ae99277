import { describe, expect, test } from "vitest";
import { chunkAnswer, details, idWithin, listed, numbersOf, pollingInterval, progress } from "./answers.ts";
import type { BatchOptions } from "./batch-options.ts";
import { batchOf, now } from "./testing.ts";
import { usageAnswer } from "./usage.ts";

const upload: BatchOptions = {
  fileName: "urls.csv",
  chunkSize: 1000,
  columns: ["url"],
  urlColumn: 0,
  duplicates: 0,
  model: null,
  cache: "use",
  requestedAt: now.toISOString(),
  webhookUrl: null,
  maxCostMicros: null,
  lane: "online",
  instruction: null,
};

test("the reference's sample: 750 of 1500 rows in a quarter of an hour, 720 of them well", async () => {
  const batch = { ...batchOf(), upload };
  expect(details(batch, now, await usageAnswer(undefined, batch.id))).toMatchObject({
    progress: {
      processed_count: 750,
      successful_count: 720,
      failed_count: 30,
      progress_percentage: 50,
      current_chunk: 1,
      total_chunks: 2,
    },
    timing: { elapsed_time_minutes: 15, estimated_completion: "2025-11-02T11:00:15.000Z" },
    performance: { processing_rate_per_minute: 50, success_rate: 96, average_time_per_url: 1.2 },
  });
  expect(progress(batch, now, null)).toMatchObject({
    progress_percentage: 50,
    current_chunk: 1,
    is_active: true,
  });
  expect(listed(batch, now)).toMatchObject({
    progress_percentage: 50,
    success_rate: 96,
    processing_rate: 50,
  });
});

describe("numbers", () => {
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

  test("of what has not begun are nothing", () => {
    const fresh = batchOf({ state: "pending", startedAt: null, succeeded: 0, failed: 0 });
    expect(numbersOf(fresh, now)).toEqual({
      processed: 0,
      percent: 0,
      successRate: 0,
      elapsedMinutes: 0,
      ratePerMinute: 0,
      secondsPerRow: 0,
      estimatedCompletion: null,
    });
  });

  test("name no end that is beyond the calendar", () => {
    const stuck = batchOf({
      ...{ items: 10_000_000, succeeded: 1, failed: 0 },
      startedAt: later(-60 * 24 * 30),
      windowAt: null,
    });
    expect(numbersOf(stuck, now).estimatedCompletion).toBeNull();
    expect(numbersOf({ ...stuck, items: 1_000 }, now).estimatedCompletion).toMatch(/^21\d\d-/);
  });

  test("do not say 100 percent while a single row of a million is left", () => {
    const almost = batchOf({ items: 1_000_000, succeeded: 999_999, failed: 0 });
    expect(numbersOf(almost, now).percent).toBe(99.99);
    expect(numbersOf({ ...almost, succeeded: 1_000_000 }, now).percent).toBe(100);
  });

  test("of what has ended stay as they are", () => {
    const ended = batchOf({ state: "completed", items: 750, completedAt: now });
    expect(numbersOf(ended, later(600))).toEqual(numbersOf(ended, now));
    expect(numbersOf(ended, now)).toMatchObject({
      percent: 100,
      elapsedMinutes: 15,
      estimatedCompletion: null,
    });
  });

  test("do not count a pause, neither the present one nor one before", () => {
    const paused = batchOf({ state: "paused", pausedAt: now });
    expect(numbersOf(paused, later(600))).toMatchObject({ elapsedMinutes: 15, estimatedCompletion: null });
    const resumed = batchOf({ pausedMs: 600 * 60_000 });
    expect(numbersOf(resumed, later(600))).toMatchObject({ elapsedMinutes: 15, ratePerMinute: 50 });
  });

  test("tell the end from the last seconds where those are known", () => {
    const faster = batchOf({ windowAt: new Date(now.getTime() - 10_000), windowProcessed: 700 });
    // 50 rows in ten seconds; 750 are left.
    expect(numbersOf(faster, now).estimatedCompletion).toBe("2025-11-02T10:47:45.000Z");
  });

  test("have two places behind the point", () => {
    const third = batchOf({ items: 3, succeeded: 1, failed: 0, chunks: 1 });
    expect(numbersOf(third, now)).toMatchObject({ percent: 33.33, ratePerMinute: 0.07, secondsPerRow: 900 });
  });
});

test.each([
  ["pending", 0, true],
  ["queued", 0, true],
  ["processing", 1, true],
  ["paused", 0, false],
  ["completed", 0, false],
  ["failed", 0, false],
  ["cancelled", 0, false],
] as const)("a batch that is %s is at chunk %d; it is active: %s", (state, chunk, active) => {
  const batch = { ...batchOf({ state }), upload };
  expect(progress(batch, now, null)).toMatchObject({
    current_chunk: chunk,
    is_active: active,
    status: state,
  });
});

test("no chunk is beyond the last", () => {
  const batch = { ...batchOf({ chunksCompleted: 1, chunksFailed: 1 }), upload };
  expect(progress(batch, now, null).current_chunk).toBe(2);
});

test.each([
  ["pending", 0, 5, "starting"],
  ["processing", 0, 5, "starting"],
  ["processing", 149, 5, "starting"],
  ["processing", 150, 10, "in progress"],
  ["processing", 749, 10, "in progress"],
  ["processing", 750, 15, "in progress"],
  ["processing", 1349, 15, "in progress"],
  ["queued", 1350, 5, "about to end"],
  ["processing", 1500, 5, "about to end"],
  ["paused", 750, 30, "inactive"],
  ["completed", 1500, 30, "inactive"],
  ["failed", 0, 30, "inactive"],
  ["cancelled", 10, 30, "inactive"],
] as const)(
  "a batch that is %s with %d of 1500 rows is looked at again in %d s",
  (state, rows, seconds, reason) => {
    expect(pollingInterval(batchOf({ state, succeeded: rows, failed: 0 }), now)).toEqual({ seconds, reason });
  },
);

test("a chunk at work is measured up to now, one that has ended to its end", () => {
  const chunk = {
    number: 1,
    state: "processing",
    size: 3,
    succeeded: 1,
    failed: 1,
    startedAt: new Date(now.getTime() - 90_500),
    completedAt: null,
  } as const;
  const batch = batchOf();
  expect(chunkAnswer(batch.id, chunk, now)).toMatchObject({
    chunk_number: 2,
    processed_count: 2,
    progress_percentage: 66.67,
    processing_time_seconds: 90.5,
    completed_at: null,
  });
  const ended = { ...chunk, state: "completed", completedAt: new Date(now.getTime() - 500) } as const;
  expect(chunkAnswer(batch.id, ended, now).processing_time_seconds).toBe(90);
});

describe("an id within a batch", () => {
  const { id } = batchOf();

  test("is a UUID of version 5, the same every time, and another for everything else", () => {
    // Appendix A.4 of RFC 9562.
    expect(idWithin("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
    expect(idWithin(id, "chunk 0")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(idWithin(id, "chunk 0")).toBe(idWithin(id, "chunk 0"));
    const names = Array.from({ length: 100 }, (_, index) => [`chunk ${index}`, `result ${index}`]).flat();
    expect(new Set(names.map((name) => idWithin(id, name))).size).toBe(200);
    expect(idWithin(id.replace("1", "2"), "chunk 0")).not.toBe(idWithin(id, "chunk 0"));
  });

  test("is that of RFC 9562, appendix A.4", () => {
    const dnsNamespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    expect(idWithin(dnsNamespace, "www.example.com")).toBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });
});
