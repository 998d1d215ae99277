import { expect, test } from "vitest";
import { csvOf, refused } from "./client.ts";
import { shareService } from "./world.ts";

const service = shareService();

/** So many batches of names that no other test has, oldest first. */
async function createWaiting(count: number): Promise<string[]> {
  const { client, picture } = service();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await client.create(csvOf(picture), { auto_start: "false" })).id);
  }
  return ids;
}

test("batches are listed newest first, page by page, each of them once", async () => {
  const { client } = service();
  const ids = await createWaiting(5);
  const first = await client.list("?per_page=2");
  expect(first).toMatchObject({
    count: 2,
    limit: 2,
    status_filter: null,
    pagination: { page: 1, per_page: 2, total: 5, total_pages: 3, has_next: true, has_prev: false },
  });
  const last = await client.list("?per_page=2&page=3");
  expect(last).toMatchObject({ count: 1, pagination: { page: 3, has_next: false, has_prev: true } });
  const second = await client.list("?per_page=2&page=2");
  const listed = [first, second, last].flatMap(({ batches }) => batches.map(({ batch_id }) => batch_id));
  expect(listed).toEqual(ids.toReversed());
  expect(await client.list("?per_page=2&page=4")).toMatchObject({ batches: [], count: 0 });
});

test("a batch is listed with the numbers of its details", async () => {
  const { client, picture } = service();
  const { id } = await client.analyze(csvOf(picture, "no address"), { batch_name: "both" });
  const { batches } = await client.list("?limit=1");
  const { batch_info: info, progress, performance } = await client.details(id);
  expect(batches).toMatchObject([
    {
      batch_id: id,
      batch_name: "both",
      status: "completed",
      total_urls: 2,
      processed_count: 2,
      successful_count: 1,
      failed_count: 1,
      progress_percentage: 100,
      success_rate: 50,
      processing_rate: performance.processing_rate_per_minute,
      is_active: false,
      error_message: null,
      created_at: info.created_at,
      started_at: info.started_at,
      completed_at: info.completed_at,
      estimated_completion: null,
    },
  ]);
  expect(progress).toMatchObject({ processed_count: 2, current_chunk: 1, total_chunks: 1 });
  for (const path of [
    `/api/v1/batch/${id}`,
    `/api/v1/batches/${id}`,
    `/api/v1/batches/${id.toUpperCase()}`,
  ]) {
    expect((await client.get(path)).body).toMatchObject({
      data: { batch_info: info, progress, performance },
    });
  }
});

test.each([
  ["", 50],
  ["?limit=7", 7],
  ["?limit=100000", 100],
  ["?limit=7&per_page=3", 3],
  ["?per_page=100000", 100],
  ["?limit=many", 50],
  ["?limit=-4", 50],
  ["?limit=0", 50],
  ["?limit=", 50],
  ["?limit=7&per_page=junk", 7],
  ["?limit=2.9", 2],
  ["?limit=1e400", 50],
])("a page of %s has up to %d batches, for what is no number is the default", async (query, limit) => {
  expect(await service().client.list(query)).toMatchObject({
    limit,
    pagination: { page: 1, per_page: limit },
  });
});

test.each(["?page=junk", "?page=0", "?page=-1", "?page="])("%s is the first page", async (query) => {
  expect((await service().client.list(query)).pagination.page).toBe(1);
});

test("a state filters, in any case of its letters; one that is none is refused", async () => {
  const { client } = service();
  const [pending = "", cancelled = ""] = await createWaiting(2);
  await client.post(`/api/v1/batches/${cancelled}/cancel`);
  const of = async (status: string) => {
    const { batches, status_filter: filter } = await client.list(`?status=${status}`);
    expect(batches.every((batch) => batch.status === filter)).toBe(true);
    return batches.map(({ batch_id }) => batch_id);
  };
  expect(await of("PENDING")).toContain(pending);
  expect(await of("pending")).not.toContain(cancelled);
  expect(await of("Cancelled")).toContain(cancelled);
  for (const state of ["queued", "processing", "paused", "completed", "failed"]) {
    expect(await of(state)).not.toContain(pending);
  }
  const answer = await client.get("/api/v1/batches?status=done");
  expect(refused(answer, 400, "validation_error")).toMatch(/status: expected one of pending, queued/);
});

test("a soft-deleted batch is listed to who asks for those too, and read by its id", async () => {
  const { client } = service();
  const [id = ""] = await createWaiting(1);
  await client.post(`/api/v1/batches/${id}/soft-delete`, { retention_days: 3 });
  const listed = async (query: string) =>
    (await client.list(query)).batches.filter(({ batch_id }) => batch_id === id);
  expect(await listed("")).toEqual([]);
  expect(await listed("?include_soft_deleted=false")).toEqual([]);
  const deleted = { deleted: true, deleted_at: expect.any(String), purge_after: expect.any(String) };
  expect(await listed("?include_soft_deleted=true")).toMatchObject([{ status: "cancelled", ...deleted }]);
  const { batch_info: info } = await client.details(id);
  expect(info).toMatchObject({ status: "cancelled", ...deleted });
  const days = (Date.parse(info.purge_after ?? "") - Date.parse(info.deleted_at ?? "")) / 86_400_000;
  expect(days).toBeCloseTo(3, 3);
});

const unknown = "00000000-0000-4000-8000-000000000000";

test.each([
  ["GET", "/api/v1/batch/ID"],
  ["GET", "/api/v1/batches/ID"],
  ["GET", "/api/v1/batches/ID/status"],
  ["GET", "/api/v1/batches/ID/progress"],
  ["GET", "/api/v1/batches/ID/chunks"],
  ["GET", "/api/v1/batches/ID/results"],
  ["GET", "/api/v1/batches/ID/health"],
  ["GET", "/api/v1/batches/ID/analyze"],
  ["POST", "/api/v1/batches/ID/start"],
  ["POST", "/api/v1/batches/ID/pause"],
  ["POST", "/api/v1/batches/ID/resume"],
  ["POST", "/api/v1/batches/ID/cancel"],
  ["POST", "/api/v1/batches/ID/force-start"],
  ["POST", "/api/v1/batches/ID/soft-delete"],
  ["DELETE", "/api/v1/batches/ID"],
  ["DELETE", "/api/v1/batches/ID?force=true"],
])("%s %s is 404 for an id that nothing has, and for what is no id", async (method, path) => {
  for (const id of [unknown, "batch-1", "%00", `${unknown}0`, "{batch_id}"]) {
    const answer = await service().client.send(method, path.replace("ID", id));
    expect(refused(answer, 404, "batch_not_found")).toMatch(/^Batch not found: /);
  }
});

test("a clone of nothing is 404", async () => {
  const answer = await service().client.post(`/api/v1/batches/${unknown}/clone`, { new_name: "of nothing" });
  refused(answer, 404, "batch_not_found");
});
