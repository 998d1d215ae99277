import { sql } from "kysely";
import { expect, test } from "vitest";
import { bytes, gated } from "../analysis/origin.ts";
import { numbers, until } from "../engine/world.ts";
import { csvOf, refused } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { photoBytes, shopUnderTest } from "./shop.ts";

const start = shareDatabase();

test("a request that is cancelled begins no further product: what was made and what is under way stays", async () => {
  const { client, database } = await start({ CATALOG_CONCURRENCY: "1" });
  const shop = await shopUnderTest();
  const { gate, open } = gated(bytes(await photoBytes(9), { "content-type": "image/jpeg" }));
  const urls = numbers(4).map((place) => shop.origin.serve(`/${place}.jpg`, gate));
  const id = await client.begin(csvOf(...urls.map((url, place) => [`product ${place}`, url] as const)));
  open(1);
  await client.ended(id, { progress: { completed: 1 } });
  await until(() => expect(shop.origin.requests("/1.jpg")).toHaveLength(1));

  const cancelled = await client.send("POST", `/api/v1/status/${id}/cancel`);
  expect(cancelled.status).toBe(200);
  expect(cancelled.body).toMatchObject({ request_id: id, progress: { total: 4 } });
  expect(Object.keys(cancelled.body as object)).toEqual([
    ...["request_id", "status", "progress", "saved_bytes"],
  ]);
  open();
  const { products, progress } = await client.ended(id, { progress: { completed: 2 } });
  expect(progress).toEqual({ total: 4, completed: 2, failed: 2, remaining: 0 });
  expect(products.map(({ processing_status }) => processing_status)).toEqual([
    ...["completed", "completed", "failed", "failed"],
  ]);
  const error = "The request ended before this image was begun.";
  expect(products.slice(2).map(({ errors }) => errors)).toEqual(
    urls.slice(2).map((input_url) => [{ input_url, error, error_code: "cancelled" }]),
  );
  for (const path of ["/2.jpg", "/3.jpg"]) expect(shop.origin.requests(path)).toEqual([]);

  // It is over, and cannot be cancelled again.
  const again = await client.send("POST", `/api/v1/status/${id}/cancel`);
  expect(again.headers.get("x-error-code")).toBe("request_ended");
  expect(refused(again, 400)).toBe(
    "Only a request that has not ended can be cancelled, and this one is completed.",
  );
  const { rows } = await sql`
    select action from audit_log where target = ${id} and action = 'catalog.cancel'
  `.execute(database.sql);
  expect(rows).toHaveLength(1);
});

test("a request that nobody has begun is cancelled whole and told of, and one that there is not is a 404", async () => {
  const { client, database } = await start({ ROLE: "api" });
  const shop = await shopUnderTest();
  await client.configure({ webhook_url: "https://shop.example/hook", events: ["processing.failed"] });
  const id = await client.begin(csvOf(["A", await shop.picture("/a.jpg")], ["B"]));
  const { body } = await client.send("POST", `/api/v1/status/${id}/cancel`);
  const summary = {
    ...{ request_id: id, status: "failed", saved_bytes: 0 },
    progress: { total: 2, completed: 0, failed: 2, remaining: 0 },
  };
  expect(body).toEqual(summary);
  const { rows } = await sql<{ body: string }>`
    select body::text from webhook_deliveries where topic = ${`catalog/${id}`}
  `.execute(database.sql);
  expect(rows.map((row) => JSON.parse(row.body))).toEqual([
    { ...summary, event: "processing.failed", timestamp: expect.any(String) },
  ]);
  const { products, ...whole } = await client.status(id);
  expect(whole).toEqual(summary);
  expect(products.map(({ processing_status }) => processing_status)).toEqual(["failed", "failed"]);
  expect(shop.origin.requests("/a.jpg")).toEqual([]);
  for (const unknown of ["uuid-string", "00000000-0000-4000-8000-000000000000"]) {
    const answer = await client.send("POST", `/api/v1/status/${unknown}/cancel`);
    expect(refused(answer, 404)).toBe("Request ID not found");
  }
});
