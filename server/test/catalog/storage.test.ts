import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { startBucketServer } from "../../src/platform/files/testing/bucket-server.ts";
import { bytes, withEtag } from "../analysis/origin.ts";
import { useOrigin } from "../analysis/world.ts";
import { until } from "../engine/world.ts";
import { temporaryFolder } from "../world.ts";
import { type CatalogStatus, csvOf } from "./client.ts";
import { endRests, isResting } from "./rests.ts";
import { shareDatabase } from "./service.ts";
import { photoBytes } from "./shop.ts";

const start = shareDatabase();

test("outputs are in the bucket, and open from here with the bytes that their size says", async () => {
  const { bucket, env } = await bucketUnderTest();
  const { client } = await start(env);
  const origin = await useOrigin();
  const picture = origin.serve("/a.jpg", bytes(await photoBytes(1)));
  const { products } = await client.process(csvOf(["lamp", picture]));
  const { output_url, output_bytes } = onlyOutput(products);
  const name = new URL(output_url).pathname.split("/").at(-1) ?? "";
  expect([...bucket.objects.keys()]).toEqual([`of/fovea/catalog/${name.slice(0, 2)}/${name}`]);
  const opened = await client.open(output_url);
  expect([opened.status, opened.bytes.length]).toEqual([200, output_bytes]);
});

test("where the bucket is public, outputs are linked there, also from the addresses of before", async () => {
  const { bucket, env } = await bucketUnderTest();
  const { client, baseUrl } = await start({ ...env, IMAGE_STORAGE_PUBLIC_URL: "https://cdn.example/shop/" });
  const origin = await useOrigin();
  const picture = origin.serve("/a.jpg", bytes(await photoBytes(1)));
  const { products, request_id } = await client.process(csvOf(["lamp", picture]));
  const { output_url } = onlyOutput(products);
  const [key = ""] = bucket.objects.keys();
  expect(output_url).toBe(`https://cdn.example/shop/${key.replace("of/fovea/", "")}`);
  expect((await client.csv(request_id)).body).toContain(output_url);
  const before = await client.open(`${baseUrl}/api/v1/images/processed/${key.split("/").at(-1)}`);
  expect([before.status, before.headers.get("location")]).toEqual([302, output_url]);
});

test("a storage that is away is waited for: no product fails, and nothing is fetched for nothing", async () => {
  const { bucket, env } = await bucketUnderTest();
  const first = await start({ ...env, CATALOG_CONCURRENCY: "2" });
  const origin = await useOrigin();
  const content = await photoBytes(1);
  const rows = Array.from({ length: 60 }, (_, row) => {
    const path = `/${row}.jpg`;
    return [`product ${row}`, origin.serve(path, bytes(content))] as const;
  });
  bucket.know({ ...credentials, secretAccessKey: "another one by now" });
  const id = await first.client.begin(csvOf(...rows));
  // Every try of an upload says so to all: none is begun before the storage was rested from.
  await until(async () => expect(await isResting(first.database, id)).toBe(true));
  expect(await first.client.status(id)).toMatchObject({
    progress: { completed: 0, failed: 0 },
    saved_bytes: 0,
  });
  const fetched = rows.filter((_, row) => origin.requests(`/${row}.jpg`).length > 0).length;
  expect(fetched).toBeLessThan(20);
  await first.close();

  bucket.know(credentials);
  await endRests(first.database, id);
  const second = await start(env);
  const { products, progress } = await second.client.ended(id);
  expect(progress).toMatchObject({ total: 60, completed: 60, failed: 0 });
  expect(products.map(({ product_name }) => product_name)).toEqual(rows.map(([name]) => name));
  // An upload that the storage refused has left nothing, and each of the others is there once.
  expect(bucket.objects.size).toBe(60);
  expect(await countAssets(first.database, id)).toBe(60);
});

test("unchanged pictures cost an unchanged answer each, and changed ones are made anew", async () => {
  const { client, database } = await start();
  const origin = await useOrigin();
  const same = origin.serve("/same.jpg", withEtag(await photoBytes(1), '"one"'));
  const other = origin.serve("/other.jpg", withEtag(await photoBytes(2), '"two"'));
  const plain = origin.serve("/plain.jpg", bytes(await photoBytes(3)));
  const corrected = origin.serve("/corrected.jpg", bytes(await photoBytes(5)));
  const unmarked = [["without a mark", plain] as const, ["corrected", corrected] as const];
  const csv = csvOf(["same", same], ["other", other], ...unmarked);
  const first = await client.process(csv);
  origin.serve("/other.jpg", withEtag(await photoBytes(4), '"three"'));
  origin.serve("/corrected.jpg", bytes(await photoBytes(6)));
  const second = await client.process(csv);

  expect(origin.requests("/same.jpg").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    '"one"',
  ]);
  expect(origin.requests("/other.jpg").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    '"two"',
  ]);
  expect(origin.requests("/plain.jpg")).toHaveLength(2);
  const urls = (status: CatalogStatus) => status.products.map(({ output_urls }) => output_urls[0] ?? "");
  const [sameBefore, otherBefore, plainBefore, correctedBefore] = urls(first);
  const [sameAfter, otherAfter, plainAfter, correctedAfter] = urls(second);
  expect([sameAfter, plainAfter]).toEqual([sameBefore, plainBefore]);
  expect(otherAfter).not.toBe(otherBefore);
  expect(correctedAfter).not.toBe(correctedBefore);
  for (const place of [0, 2]) expect(second.products[place]?.outputs).toEqual(first.products[place]?.outputs);
  // What a shop links to stays what it was.
  const opened = await Promise.all([...urls(first), ...urls(second)].map((url) => client.open(url)));
  expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 200));
  expect(opened[1]?.bytes.equals(opened[5]?.bytes ?? Buffer.alloc(0))).toBe(false);
  expect(await countAssets(database, second.request_id)).toBe(4);
});

test("other options are another picture of the same address", async () => {
  const { client } = await start();
  const origin = await useOrigin();
  const csv = csvOf(["lamp", origin.serve("/a.jpg", withEtag(await photoBytes(1), '"one"'))]);
  const usual = onlyOutput((await client.process(csv)).products);
  const form = { fields: { format: "webp", max_dimension: "32" } };
  const small = onlyOutput((await client.process(csv, form)).products);
  expect(small).toMatchObject({ format: "webp", width: 32 });
  expect(small.output_url).not.toBe(usual.output_url);
  // Nobody has asked for that before, so that the origin is not asked whether it has changed.
  expect(origin.requests("/a.jpg").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    undefined,
  ]);
});

test("an output is kept as long as after the last upload that named it; then it is not found, and is made anew", async () => {
  const { client, database } = await start({ CATALOG_RETENTION_DAYS: "2" });
  const origin = await useOrigin();
  const csv = csvOf(["lamp", origin.serve("/a.jpg", withEtag(await photoBytes(1), '"one"'))]);
  const first = onlyOutput((await client.process(csv)).products);
  const soon = await setExpiry(database, first.output_url, "1 hour");
  const second = onlyOutput((await client.process(csv)).products);
  expect(second.output_url).toBe(first.output_url);
  expect((await expiryOf(database, first.output_url)) - soon).toBeGreaterThan(24 * 3_600_000);

  await setExpiry(database, first.output_url, "-1 hour");
  expect((await client.open(first.output_url)).status).toBe(404);
  const third = onlyOutput((await client.process(csv)).products);
  expect(third.output_url).not.toBe(first.output_url);
  expect((await client.open(third.output_url)).status).toBe(200);
  expect(origin.requests("/a.jpg").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    '"one"',
    undefined,
  ]);
});

test("an output whose file somebody has removed is made anew by the next upload", async () => {
  const folder = await temporaryFolder();
  const { client } = await start({ IMAGE_STORAGE_PATH: folder });
  const origin = await useOrigin();
  const csv = csvOf(["lamp", origin.serve("/a.jpg", withEtag(await photoBytes(1), '"one"'))]);
  const first = onlyOutput((await client.process(csv)).products);
  const [file = ""] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jpg"));
  await rm(join(folder, file));
  expect((await client.open(first.output_url)).status).toBe(404);
  const second = onlyOutput((await client.process(csv)).products);
  expect(second.output_url).not.toBe(first.output_url);
  expect((await client.open(second.output_url)).bytes.length).toBe(second.output_bytes);
});

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "of the bucket" };

async function bucketUnderTest() {
  const bucket = await startBucketServer({ bucket: "pictures", region: "eu-central-1", credentials });
  onTestFinished(() => bucket.close());
  const env = {
    IMAGE_STORAGE_PATH: "s3://pictures/of/fovea",
    AWS_ENDPOINT_URL_S3: bucket.origin,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return { bucket, env };
}

function onlyOutput(products: CatalogStatus["products"]) {
  const [output, ...others] = products.flatMap(({ outputs }) => outputs);
  expect(others).toEqual([]);
  return { ...output, output_url: output?.output_url ?? "" };
}

/** Of the outputs of a request. */
async function countAssets(database: Database, id: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from assets where feature = 'catalog' and id::text in (
      select image -> 'place' ->> 'assetId' from results, jsonb_array_elements(output -> 'images') as image
      where batch_id = ${id}
    )
  `.execute(database.sql);
  return rows[0]?.count ?? 0;
}

const idOf = (url: string) => new URL(url).pathname.split("/").at(-1)?.replace(/\..*$/, "") ?? "";

/** @returns milliseconds since 1970 */
async function setExpiry(database: Database, url: string, fromNow: string): Promise<number> {
  await sql`update assets set expires_at = now() + ${fromNow}::interval where id = ${idOf(url)}`.execute(
    database.sql,
  );
  return await expiryOf(database, url);
}

async function expiryOf(database: Database, url: string): Promise<number> {
  const { rows } = await sql<{
    at: Date;
  }>`select expires_at as at from assets where id = ${idOf(url)}`.execute(database.sql);
  return rows[0]?.at.getTime() ?? 0;
}
