import { expect, test } from "vitest";
import { csvOf } from "./client.ts";
import { blank, bytes, gated } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "5" });

/** What a poller is told, at both places where it may look. */
async function advice(id: string) {
  const { client } = service();
  const told = [];
  for (const path of [`batches/${id}/progress`, `batches/${id}/status`]) {
    const { headers } = await client.get(`/api/v1/${path}`);
    told.push([headers.get("x-polling-interval"), headers.get("x-polling-interval-reason")]);
  }
  expect(told[1]).toEqual(told[0]);
  return told[0];
}

test("a poller sees every stage of a batch, and is told when to look again", async () => {
  const { client, origin } = service();
  const { gate, open } = gated(bytes(await blank()));
  const urls = Array.from({ length: 10 }, (_, index) => origin.serve(`/stage-${index}.png`, gate));
  const { id } = await client.create(csvOf(...urls), { auto_start: "false" });

  expect(await client.progress(id)).toEqual({
    batch_id: id,
    status: "pending",
    progress_percentage: 0,
    processed_count: 0,
    total_urls: 10,
    successful_count: 0,
    failed_count: 0,
    current_chunk: 0,
    total_chunks: 2,
    estimated_completion: null,
    waiting_until: null,
    processing_rate_per_minute: 0,
    is_active: true,
    error_message: null,
  });
  expect((await client.details(id)).timing).toEqual({ estimated_completion: null, elapsed_time_minutes: 0 });
  expect(await advice(id)).toEqual(["5", "starting"]);

  await client.post(`/api/v1/batches/${id}/start`);
  await client.reached(id, { status: "processing", processed_count: 0, current_chunk: 1 });
  expect(await advice(id)).toEqual(["5", "starting"]);

  for (const [more, processed, told] of [
    [1, 1, ["10", "in progress"]],
    [4, 5, ["15", "in progress"]],
    [4, 9, ["5", "about to end"]],
  ] as const) {
    open(more);
    const now = await client.reached(id, { processed_count: processed, progress_percentage: processed * 10 });
    expect(now.processing_rate_per_minute).toBeGreaterThan(0);
    expect(Date.parse(now.estimated_completion ?? "")).toBeGreaterThan(0);
    expect(await advice(id)).toEqual(told);
  }

  await client.post(`/api/v1/batches/${id}/pause`);
  expect(await advice(id)).toEqual(["30", "inactive"]);
  const paused = await client.details(id);
  expect(paused.batch_info).toMatchObject({ status: "paused", is_active: false });
  expect(paused.timing.estimated_completion).toBeNull();
  // A pause is no time that the batch took.
  expect((await client.details(id)).timing).toEqual(paused.timing);

  // The last row was under way: with it the batch has ended, paused or not.
  open();
  await client.reached(id, {
    status: "completed",
    progress_percentage: 100,
    current_chunk: 2,
    is_active: false,
    estimated_completion: null,
  });
  expect(await advice(id)).toEqual(["30", "inactive"]);
  const { timing, performance } = await client.details(id);
  // What has ended does not become slower by being looked at.
  expect(await client.details(id)).toMatchObject({ timing, performance });
});
