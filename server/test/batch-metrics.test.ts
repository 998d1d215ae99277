import { expect, test } from "vitest";
import { measureItems, measureQueues } from "../src/batch-metrics.ts";
import { done, failed, hold, retryLater, waitUntil } from "../src/engine/kind.ts";
import type { QueueStatus } from "../src/engine/queue-status.ts";
import { createMetrics } from "../src/platform/metrics.ts";
import { csvOf } from "./analysis/client.ts";
import { shareService } from "./analysis/world.ts";

const service = shareService();

/** The series of the batches: name and labels with their value. */
function seriesIn(text: string): Record<string, number> {
  const lines = text.matchAll(/^(fovea_(?:queue|batches|item)[^ ]*) (.*)$/gm);
  return Object.fromEntries([...lines].map(([, series, value]) => [series, Number(value)]));
}

test("a service tells what waits and how its items end", async () => {
  const { baseUrl, client, picture } = service();
  const scrape = async () => seriesIn(await (await fetch(`${baseUrl}/metrics`)).text());
  await client.create(csvOf(picture), { auto_start: "false" });
  await client.analyze(csvOf(picture, "no address", "nor this"));
  expect(await scrape()).toMatchObject({
    'fovea_queue_chunks{kind="analysis",state="pending"}': 0,
    'fovea_queue_chunks{kind="analysis",state="processing"}': 0,
    'fovea_queue_chunks{kind="analysis",state="retrying"}': 0,
    'fovea_queue_items{kind="analysis"}': 0,
    'fovea_batches{kind="analysis",state="pending"}': 1,
    'fovea_batches{kind="analysis",state="completed"}': 1,
    'fovea_item_duration_seconds_count{kind="analysis",outcome="success"}': 1,
    'fovea_item_duration_seconds_count{kind="analysis",outcome="failed"}': 2,
    'fovea_item_failures_total{kind="analysis",code="invalid_url"}': 2,
  });
});

test("items are timed by how they ended, and counted by codes that are known", async () => {
  const metrics = createMetrics();
  const onItem = measureItems(metrics);
  onItem("odd", done(null), 400);
  onItem("odd", failed("http_404", "Gone."), 20);
  onItem("odd", failed("made_up_41", "?"), 20);
  onItem("odd", failed("made_up_42", "?"), 20);
  onItem("odd", retryLater(new Date(), "http_5xx", "Later."), 20);
  onItem("odd", retryLater(new Date(), "made_up_43", "Later."), 20);
  onItem("odd", waitUntil(new Date()), 20);
  onItem("odd", hold("No model."), 20);
  const series = seriesIn(await metrics.text());
  expect(series).toMatchObject({
    'fovea_item_duration_seconds_count{kind="odd",outcome="success"}': 1,
    'fovea_item_duration_seconds_sum{kind="odd",outcome="success"}': 0.4,
    'fovea_item_duration_seconds_count{kind="odd",outcome="failed"}': 3,
  });
  expect(Object.entries(series).filter(([name]) => name.includes("_total"))).toEqual([
    ['fovea_item_failures_total{kind="odd",code="http_404"}', 1],
    ['fovea_item_failures_total{kind="odd",code="other"}', 2],
    ['fovea_item_retries_total{kind="odd",code="http_5xx"}', 1],
    ['fovea_item_retries_total{kind="odd",code="other"}', 1],
  ]);
});

const queue: QueueStatus = {
  kind: "odd",
  batches: { pending: 1, queued: 2, processing: 3, paused: 4, completed: 5, failed: 6, cancelled: 7 },
  succeeded: 80,
  failed: 9,
  openItems: 33,
  chunks: { pending: 10, retrying: 11, processing: 12, completed: 13, failed: 14, brokenDown: 15 },
  waitMs: 1_500,
};

/** The queue of a database that the test takes away. */
function watched() {
  const metrics = createMetrics();
  const world = { queues: [queue] as QueueStatus[] | null, now: 0, readings: 0 };
  measureQueues(metrics, {
    now: () => world.now,
    async read() {
      world.readings += 1;
      if (world.queues === null) throw new Error("the database is away");
      return world.queues;
    },
  });
  return { world, scrape: async () => seriesIn(await metrics.text()) };
}

test("the queue is read once for all series, and for all who scrape within five seconds", async () => {
  const { world, scrape } = watched();
  const [series] = await Promise.all([scrape(), scrape()]);
  expect(series).toEqual({
    'fovea_queue_chunks{kind="odd",state="pending"}': 10,
    'fovea_queue_chunks{kind="odd",state="processing"}': 12,
    'fovea_queue_chunks{kind="odd",state="retrying"}': 11,
    'fovea_queue_items{kind="odd"}': 33,
    'fovea_queue_wait_seconds{kind="odd"}': 1.5,
    'fovea_batches{kind="odd",state="pending"}': 1,
    'fovea_batches{kind="odd",state="queued"}': 2,
    'fovea_batches{kind="odd",state="processing"}': 3,
    'fovea_batches{kind="odd",state="paused"}': 4,
    'fovea_batches{kind="odd",state="completed"}': 5,
    'fovea_batches{kind="odd",state="failed"}': 6,
    'fovea_batches{kind="odd",state="cancelled"}': 7,
  });
  world.now = 4_999;
  await scrape();
  expect(world.readings).toBe(1);
  world.now = 5_000;
  await scrape();
  expect(world.readings).toBe(2);
});

test("while the database is away these series are absent, and the scrape answers", async () => {
  const { world, scrape } = watched();
  await scrape();
  world.queues = null;
  world.now = 5_000;
  expect(await scrape()).toEqual({});
  world.queues = [queue];
  world.now = 10_000;
  expect(await scrape()).toMatchObject({ 'fovea_queue_items{kind="odd"}': 33 });
});
