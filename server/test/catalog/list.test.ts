import { expect, test } from "vitest";
import * as wire from "../../src/features/catalog/schema.ts";
import { accepted } from "../analysis/client.ts";
import { csvOf, refused } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

test("catalogs are listed newest first, a page at a time, with what came of them", async () => {
  const { client } = await start();
  const shop = await shopUnderTest();
  const picture = await shop.picture("/a.jpg");
  const missing = new URL("/missing.jpg", picture).href;
  const fields = { quality: "30", format: "webp" };
  const first = await client.begin(csvOf(["A", picture, missing], ["B"]), { name: "first.csv", fields });
  const { products } = await client.ended(first);
  const second = await client.begin(csvOf(["C", await shop.picture("/c.jpg")]), { name: "second.csv" });
  await client.ended(second);

  const page = accepted(wire.listResponse, await client.get("/api/v1/requests?limit=1"));
  expect(page.requests).toMatchObject([{ request_id: second, file_name: "second.csv" }]);
  const older = await client.get(`/api/v1/requests?after=${encodeURIComponent(page.next_after ?? "")}`);
  const { requests, next_after } = accepted(wire.listResponse, older);
  expect(next_after).toBeNull();
  const [output] = products[0]?.outputs ?? [];
  expect(requests).toEqual([
    {
      ...{ request_id: first, state: "completed", file_name: "first.csv" },
      ...{ created_at: expect.any(String), completed_at: expect.any(String) },
      products: { total: 2, done: 1, failed: 1, remaining: 0 },
      images: { total: 2, done: 1, failed: 1 },
      ...{ bytes_before: output?.input_bytes, bytes_after: output?.output_bytes },
      ...{ saved_bytes: output?.saved_bytes, saved_percent: expect.any(Number) },
    },
  ]);

  const one = accepted(wire.oneResponse, await client.get(`/api/v1/requests/${first}`));
  expect(one).toEqual({
    ...requests[0],
    options: { quality: 30, format: "webp", max_dimension: null, target_bytes: null, effort: "balanced" },
    failures: [
      {
        ...{ error_code: "http_404", count: 1 },
        example: { error: expect.any(String), input_url: missing },
      },
      {
        ...{ error_code: "no_images", count: 1 },
        example: { error: "The product names no image.", input_url: "" },
      },
    ],
  });
});

test("one that was cancelled says so, and of a large one only what is stored is told", async () => {
  const { client } = await start({ ROLE: "api" });
  const id = await client.begin(
    csvOf(...Array.from({ length: 201 }, (_, row) => [`product ${row}`] as const)),
  );
  const listed = async () =>
    accepted(wire.listResponse, await client.get("/api/v1/requests?limit=1")).requests[0];
  expect(await listed()).toMatchObject({
    ...{ request_id: id, state: "received", completed_at: null },
    products: { total: 201, done: 0, failed: 0, remaining: 201 },
    ...{ images: null, bytes_before: null, bytes_after: null, saved_bytes: 0, saved_percent: null },
  });
  await client.send("POST", `/api/v1/status/${id}/cancel`);
  expect(await listed()).toMatchObject({ state: "cancelled", products: { failed: 201, remaining: 0 } });
  const one = accepted(wire.oneResponse, await client.get(`/api/v1/requests/${id}`));
  expect(one).toMatchObject({
    images: { total: 0, done: 0, failed: 0 },
    failures: [{ error_code: "no_images", count: 201 }],
  });
});

test("a parameter that is none, and an id that there is not, are refused", async () => {
  const { client } = await start();
  expect(refused(await client.get("/api/v1/requests?limit=101"), 400)).toBe(
    "limit: expected a whole number from 1 to 100",
  );
  for (const after of ["x", "2026-13-45T99:00:00.000Z_00000000-0000-4000-8000-000000000000"])
    expect(refused(await client.get(`/api/v1/requests?after=${after}`), 400)).toMatch(/^after: expected/);
  for (const id of ["none", "00000000-0000-4000-8000-000000000000"])
    expect(refused(await client.get(`/api/v1/requests/${id}`), 404)).toBe("Request ID not found");
});
