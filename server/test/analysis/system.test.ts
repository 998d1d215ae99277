import { expect, test } from "vitest";
import { systemStatsResponse } from "../../src/features/analysis/admin-schema.ts";
import { accepted, csvOf, patient } from "./client.ts";
import { gated, status } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "2" });

const stats = async () =>
  accepted(systemStatsResponse, await service().client.get("/api/v1/system/stats")).data;

test("a service without batches has done nothing yet", async () => {
  expect(await stats()).toEqual({
    total_batches: 0,
    active_batches: 0,
    completed_batches: 0,
    total_urls_processed: 0,
    overall_success_rate: 0,
    queue_stats: { pending: 0, processing: 0, completed: 0, failed: 0 },
    status_counts: { pending: 0, queued: 0, processing: 0, paused: 0, completed: 0, failed: 0, cancelled: 0 },
  });
});

test("batches are counted by state, rows by outcome and chunks as jobs, deleted batches not at all", async () => {
  const { client, picture } = service();
  await client.analyze(csvOf(picture, "no address", picture));
  await client.create(csvOf(picture), { auto_start: "false" });
  const cancelled = await client.create(csvOf(picture, picture, picture), { auto_start: "false" });
  await client.post(`/api/v1/batches/${cancelled.id}/cancel`);
  const deleted = await client.analyze(csvOf(picture));
  expect(await stats()).toMatchObject({
    total_batches: 4,
    total_urls_processed: 4,
    overall_success_rate: 75,
  });
  await client.post(`/api/v1/batches/${deleted.id}/soft-delete`, {});
  expect(await stats()).toEqual({
    total_batches: 3,
    active_batches: 0,
    completed_batches: 1,
    total_urls_processed: 3,
    overall_success_rate: 66.67,
    queue_stats: { pending: 0, processing: 0, completed: 2, failed: 2 },
    status_counts: { pending: 1, queued: 0, processing: 0, paused: 0, completed: 1, failed: 0, cancelled: 1 },
  });
});

test("what is being worked on is active", async () => {
  const { client, origin, picture } = service();
  const before = await stats();
  const { gate, open } = gated(status(404));
  const url = origin.serve("/kept.png", gate);
  const { id } = await client.create(csvOf(url, picture, url));
  await client.reached(id, { status: "processing", processed_count: 1 });
  await expect.poll(stats, patient).toMatchObject({
    total_batches: before.total_batches + 1,
    active_batches: 1,
    queue_stats: { pending: 0, processing: 2 },
  });
  open();
  await client.reached(id, { status: "completed" });
});
