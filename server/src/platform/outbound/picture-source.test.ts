import { expect, onTestFinished, test } from "vitest";
import { startS3 } from "../../../test/simulators/s3.ts";
import { createHeldBytes } from "../limits/held-bytes.ts";
import type { ReadAsset } from "./asset-address.ts";
import { createOrigins } from "./origins.ts";
import { createOutbound } from "./outbound.ts";
import { createPictureSource } from "./picture-source.ts";
import { createS3Reader } from "./s3.ts";
import { serveHttp } from "./testing/servers.ts";

const picture = Buffer.alloc(20_000, 7);
const credentials = { accessKeyId: "key-of-this-test", secretAccessKey: "secret-of-this-test" };
const region = "eu-central-1";

async function setup({
  buckets = null,
  excludedBucket = null,
  readAsset,
}: {
  buckets?: readonly string[] | null;
  excludedBucket?: string | null;
  readAsset?: ReadAsset;
} = {}) {
  const simulator = await startS3({ region, credentials });
  const outbound = createOutbound({
    allowPrivate: ["loopback"],
    resolve: () => Promise.reject(Object.assign(new Error("no such host"), { code: "ENOTFOUND" })),
  });
  const origins = createOrigins({ concurrency: 4, perSecond: null, patienceMs: 60_000, now: Date.now });
  const s3 = createS3Reader({ endpoint: simulator.url, region, ...credentials });
  const room = createHeldBytes({ totalBytes: 100_000, maxBytes: 50_000 });
  onTestFinished(async () => {
    origins.close();
    await Promise.all([outbound.close(), s3.close(), simulator.close()]);
  });
  const source = createPictureSource({
    outbound,
    origins,
    s3,
    buckets,
    excludedBucket,
    room,
    maxBytes: 50_000,
    totalMs: 5_000,
    readAsset,
  });
  const signal = new AbortController().signal;
  const fetch = (href: string, origin = "an origin", etag: string | null = null) =>
    source.fetch(href, { origin, known: etag === null ? null : { etag, lastModified: null }, signal });
  return { simulator, room, fetch };
}

test("a picture has its room until it is released, and counts with its real size", async () => {
  const { room, fetch } = await setup();
  const { port } = await serveHttp((_request, response) => void response.end(picture));
  const fetched = await fetch(`http://127.0.0.1:${port}/a.jpg`);
  if (fetched.status !== "ok") throw new Error(fetched.status);
  expect(fetched.bytes.equals(picture)).toBe(true);
  expect(room.state().bytes).toBe(picture.length);
  fetched.release();
  expect(room.state().bytes).toBe(0);
});

test("what is no picture in the end keeps no room", async () => {
  const { room, fetch } = await setup();
  const { port } = await serveHttp((_request, response) => void response.writeHead(404).end());
  expect(await fetch(`http://127.0.0.1:${port}/a.jpg`)).toMatchObject({ status: "failed", code: "http_404" });
  expect(room.state().bytes).toBe(0);
});

test("an origin that keeps failing is left alone, and not for names that nobody knows", async () => {
  const { fetch } = await setup();
  const { port, connections } = await serveHttp((_request, response) => void response.writeHead(500).end());
  for (let index = 0; index < 5; index += 1) {
    expect(await fetch(`http://127.0.0.1:${port}/`, "down")).toMatchObject({ code: "http_5xx" });
    expect(await fetch("http://nobody.test/", "unknown")).toMatchObject({ code: "dns_failure" });
  }
  const before = connections();
  expect(await fetch(`http://127.0.0.1:${port}/`, "down")).toMatchObject({ status: "parked" });
  expect(connections()).toBe(before);
  expect(await fetch("http://nobody.test/", "unknown")).toMatchObject({ code: "dns_failure" });
});

test("of the buckets that the key can read only those that are named are read", async () => {
  const { simulator, fetch } = await setup({ buckets: ["shops"] });
  for (const bucket of ["shops", "payroll"]) simulator.put(bucket, "a.jpg", picture);
  expect(await fetch("s3://shops/a.jpg")).toMatchObject({ status: "ok" });
  for (const href of ["s3://payroll/a.jpg", "S3://payroll/a.jpg", "s3://shops@payroll/a.jpg"]) {
    expect(await fetch(href)).toMatchObject({ status: "failed", code: "blocked_address", transient: false });
  }
  const everything = await setup();
  everything.simulator.put("payroll", "a.jpg", picture);
  expect(await everything.fetch("s3://payroll/a.jpg")).toMatchObject({ status: "ok" });
});

test("the excluded bucket is not read, unless it is named among those that are", async () => {
  const excludedBucket = "storage";
  const { simulator, fetch } = await setup({ excludedBucket });
  for (const bucket of ["storage", "shops"]) simulator.put(bucket, "a.jpg", picture);
  for (const href of ["s3://storage/a.jpg", "S3://storage/a.jpg", "s3://Storage/a.jpg"]) {
    expect(await fetch(href)).toMatchObject({
      status: "failed",
      code: "blocked_address",
      message: expect.stringMatching(/^The bucket storage is not one/i),
      transient: false,
    });
  }
  expect(await fetch("s3://shops/a.jpg")).toMatchObject({ status: "ok" });
  const named = await setup({ buckets: ["storage"], excludedBucket });
  named.simulator.put("storage", "a.jpg", picture);
  expect(await named.fetch("s3://storage/a.jpg")).toMatchObject({ status: "ok" });
});

test("a stored picture is read from where it is, holds its room, and is known again by its content", async () => {
  const id = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
  const asked: unknown[] = [];
  const { room, fetch } = await setup({
    async readAsset(wanted, { maxBytes }) {
      asked.push([wanted, maxBytes]);
      if (wanted === id("a")) return { asset: { sha256: "its content" }, bytes: picture };
      const missing = { b: "unknown", c: "expired", d: "lost", e: "too_large" } as const;
      const found = Object.entries(missing).find(([digit]) => wanted === id(digit));
      if (!found) throw new Error("the storage is down");
      return { missing: found[1] };
    },
  });
  const fetched = await fetch(`asset://${id("a").toUpperCase()}`);
  if (fetched.status !== "ok") throw new Error(fetched.status);
  expect(fetched).toMatchObject({ bytes: picture, etag: "its content", lastModified: null });
  expect(asked).toEqual([[id("a"), 50_000]]);
  expect(room.state().bytes).toBe(picture.length);
  fetched.release();
  expect(await fetch(`asset://${id("a")}`, "asset:", "its content")).toEqual({ status: "not_modified" });
  expect(await fetch(`asset://${id("a")}`, "asset:", "other content")).toMatchObject({ status: "ok" });
  const failed = { status: "failed", transient: false };
  const left = room.state().bytes;
  expect(await fetch(`asset://${id("b")}`)).toMatchObject({ ...failed, code: "asset_not_found" });
  expect(await fetch(`asset://${id("c")}`)).toMatchObject({ ...failed, code: "asset_expired" });
  expect(await fetch(`asset://${id("d")}`)).toMatchObject({ ...failed, code: "asset_not_found" });
  expect(await fetch(`asset://${id("e")}`)).toMatchObject({ ...failed, code: "too_large" });
  await expect(fetch(`asset://${id("f")}`)).rejects.toThrow("the storage is down");
  expect(room.state().bytes).toBe(left);
  const without = await setup();
  expect(await without.fetch(`asset://${id("a")}`)).toMatchObject({ ...failed, code: "asset_not_found" });
});
