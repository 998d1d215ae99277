import { describe, expect, test } from "vitest";
import type { IconBatch } from "./answers.ts";
import * as answers from "./answers.ts";
import { hasEnded, iconProgressOf } from "./batch-progress.ts";
import * as wire from "./schema.ts";

const at = (seconds: number) => new Date(Date.UTC(2024, 0, 1, 12, 0, seconds));

/** Three categories of two icons each, of which three icons have ended after half a minute. */
const batch: IconBatch = {
  ...{ id: "0b0e8400-e29b-41d4-a716-446655440000", kind: "icons", owner: "o", name: "", state: "processing" },
  ...{
    priority: 0,
    items: 6,
    succeeded: 2,
    failed: 1,
    amount: 0,
    chunks: 1,
    chunksCompleted: 0,
    chunksFailed: 0,
  },
  ...{ createdAt: at(-1), startedAt: at(0), completedAt: null, pausedAt: null, pausedMs: 0, reason: null },
  ...{ windowAt: null, windowProcessed: 0, deletedAt: null, purgeAfter: null, resettingSince: null },
  options: {
    ...{ owner: "o", model: null },
    ...{ categories: ["electronics", "tools", "automotive"], variations: 2, format: "png", sizes: [] },
    metadata: { run: 7 },
  },
};
const status = (part: Partial<IconBatch>, now = at(30)) => answers.status({ ...batch, ...part }, now);

describe("the status of a batch", () => {
  test("has the fields of the reference first", () => {
    const answer = status({});
    expect(Object.keys(answer).slice(0, 7)).toEqual([
      ...["batch_id", "status", "progress", "current_category", "total_categories"],
      ...["completed_categories", "estimated_completion"],
    ]);
    expect(wire.statusResponse.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      ...{ status: "running", progress: 50, current_category: "tools" },
      ...{ total_categories: 3, completed_categories: 1, estimated_completion: "2024-01-01T12:01:00.000Z" },
      ...{
        created_at: "2024-01-01T11:59:59.000Z",
        completed_at: null,
        total_icons: 6,
        successful: 2,
        failed: 1,
      },
    });
  });

  test("estimates by what the last seconds did, once there are some", () => {
    // Three icons in 30 seconds, but two of them in the last ten: the other three take fifteen more.
    const window = { windowAt: at(20), windowProcessed: 1 };
    expect(status(window).estimated_completion).toBe("2024-01-01T12:00:45.000Z");
    expect(status({ succeeded: 0, failed: 0 }).estimated_completion).toBeNull();
    expect(status({ items: 1e12 }, at(1e7)).estimated_completion).toBeNull();
    for (const state of ["paused", "cancelled", "completed"] as const)
      expect(status({ state }).estimated_completion, state).toBeNull();
  });

  test("is at 100 percent only when no icon is left", () => {
    const nearly = { items: 500, succeeded: 499, failed: 0 };
    expect(status(nearly).progress).toBe(99);
    expect(status({ ...nearly, failed: 1 }).progress).toBe(100);
    expect(status({ items: 3, succeeded: 1, failed: 0 }).progress).toBe(33);
  });

  test("names the category that is worked on, and none before and after", () => {
    const current = (part: Partial<IconBatch>) => status(part).current_category;
    expect(current({ succeeded: 0, failed: 0 })).toBe("electronics");
    expect(current({ succeeded: 4, failed: 1 })).toBe("automotive");
    expect(current({ succeeded: 5, failed: 1 })).toBeNull();
    expect(current({ state: "queued", startedAt: null })).toBeNull();
    expect(current({ state: "cancelled" })).toBeNull();
  });

  test.each([
    ["pending", { state: "pending", startedAt: null }],
    ["pending", { state: "queued", startedAt: null }],
    ["pending", { state: "paused", startedAt: null }],
    ["running", { state: "queued" }],
    ["running", { state: "processing" }],
    ["running", { state: "paused" }],
    ["completed", { state: "completed" }],
    ["completed", { state: "failed" }],
    ["failed", { state: "completed", succeeded: 0, failed: 6 }],
    ["failed", { state: "failed", succeeded: 0, failed: 6 }],
    ["cancelled", { state: "cancelled", succeeded: 0 }],
  ] as const)("is %s of %j", (word, part) => {
    expect(status(part).status).toBe(word);
    expect(hasEnded(word)).toBe(word !== "pending" && word !== "running");
  });

  test("says why the service has it rest", () => {
    expect(status({ state: "paused", reason: "There is no key." })).toMatchObject({
      ...{ status: "running", reason: "There is no key." },
    });
  });
});

test("the list of batches and the event tell the same as the status", () => {
  const listed = answers.listed(batch, at(30));
  expect(wire.batchesResponse.parse([listed])).toEqual([listed]);
  expect(listed).toEqual({
    ...{ batch_id: batch.id, status: "running", progress: 50, total_categories: 3, completed_categories: 1 },
    ...{ created_at: "2024-01-01T11:59:59.000Z", completed_at: null },
  });
  expect(answers.batchProgress(batch.id, iconProgressOf(batch, batch.options, at(30)))).toEqual({
    ...{ batch_id: batch.id, progress: 50, current_category: "tools", completed: 3, total: 6 },
  });
  expect(answers.created({ ...batch, state: "pending", startedAt: null })).toEqual({
    ...{ message: "Batch generation started", batch_id: batch.id, status: "pending" },
    ...{ total_categories: 3, total_icons: 6 },
  });
});

const asked = {
  category: "tools",
  style: "flat",
  colorScheme: "warm_tones",
  customElements: ["saw"],
} as const;
const ready = {
  ...{ imageUrl: "http://host/api/images/tools/a.png", localPath: "tools/a.png", tookMs: 12_500.4 },
  facts: { provider: "local", cached: false },
};
const metadata = { style: "flat", color_scheme: "warm_tones", category: "tools", custom_elements: ["saw"] };

test("an icon has the fields of the reference", () => {
  const answer = answers.generated(asked, ready);
  expect(wire.generateResponse.parse(answer)).toEqual(answer);
  expect(answer).toEqual({
    success: true,
    image_url: ready.imageUrl,
    local_path: "tools/a.png",
    generation_time: 12.5,
    metadata: { ...metadata, provider: "local", cached: false },
  });
  expect(answers.generated({ ...asked, customElements: [] }, ready).metadata).not.toHaveProperty(
    "custom_elements",
  );
});

test("a result has an entry for each icon that ended, also of a batch that was cancelled", () => {
  const failed = { code: "refused", message: "Not that.", tookMs: 20 };
  const results = [answers.resultOf(asked, ready), answers.resultOf(asked, failed)];
  const answer = answers.result({ ...batch, state: "cancelled", completedAt: at(90) }, results);
  expect(wire.resultResponse.parse(answer)).toEqual(answer);
  expect(answer).toMatchObject({
    ...{ total_requested: 6, successful: 2, failed: 1, duration: 90, metadata: { run: 7 } },
    ...{ start_time: "2024-01-01T12:00:00.000Z", end_time: "2024-01-01T12:01:30.000Z" },
    results: [
      { success: true, error: null, image_url: ready.imageUrl },
      {
        ...{ success: false, image_url: null, local_path: null, error: "Not that.", generation_time: 0.02 },
        metadata: { ...metadata, error_code: "refused" },
      },
    ],
  });
});

test("a cached icon is told with its file's name and its path", () => {
  const icon = { name: "tools/tools_1.png", category: "tools", size: 5, createdAt: at(0) };
  const answer = answers.cached(icon, "/api/images/tools/tools_1.png", "files/tools/tools_1.png");
  expect(wire.cachedResponse.parse([answer])).toEqual([answer]);
  expect(answer).toMatchObject({ filename: "tools_1.png", path: "files/tools/tools_1.png", size: 5 });
  expect(answers.cleared(3)).toEqual({ message: "Cleared 3 cached icons", cleared: 3 });
});

test("statistics are numbers also before there is anything to count", () => {
  const none = {
    ...{ generated: 0, failed: 0, batches: 0, generationMs: 0, lastGeneration: null },
    ...{ activeBatches: 0, activeIcons: 0, cache: { items: 0, bytes: 0, hits: 0, misses: 0 } },
  };
  expect(answers.stats(none)).toMatchObject({
    average_generation_time: 0,
    success_rate: 0,
    cache: { hit_rate: 0 },
  });
  const some = answers.stats({
    ...{ generated: 3, failed: 1, batches: 2, generationMs: 6_000, lastGeneration: at(0) },
    ...{ activeBatches: 1, activeIcons: 4, cache: { items: 3, bytes: 300, hits: 1, misses: 2 } },
  });
  expect(wire.statsResponse.parse(some)).toEqual(some);
  expect(some).toMatchObject({
    ...{ average_generation_time: 2, success_rate: 75, cached_icons: 3, total_active_jobs: 4 },
    cache: { items: 3, size_bytes: 300, hits: 1, misses: 2, hit_rate: 33.33 },
  });
});
