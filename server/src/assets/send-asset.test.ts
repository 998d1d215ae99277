import { once } from "node:events";
import { Readable } from "node:stream";
import Fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { connectRaw } from "../../test/raw-http.ts";
import { AppError } from "../platform/errors.ts";
import type { OpenFile } from "../platform/files/files.ts";
import type { Asset } from "./asset.ts";
import { asItIs } from "./derive.ts";
import { sendAsset } from "./send-asset.ts";

const bytes = Buffer.from("0123456789");
const asset: Asset = {
  id: "0b7e23ec-29af-4e0a-9f7c-3c0d1e5f6a7b",
  owner: "zoë",
  feature: "media",
  name: "generated/a.png",
  contentType: "image/png",
  width: 1,
  height: 1,
  size: bytes.length,
  sha256: "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882",
  createdAt: new Date("2026-11-21T12:00:00.900Z"),
  expiresAt: null,
  state: "kept",
};
const etag = `"${asset.sha256}"`;
const modified = "Sat, 21 Nov 2026 12:00:00 GMT";

/** Its bytes are held in memory; what a storage does is tested with the storages. */
function setup({ opened = openBytes }: { opened?: typeof openBytes | (() => null) } = {}) {
  const http = Fastify();
  onTestFinished(() => http.close());
  http.setErrorHandler((error, _request, reply) =>
    error instanceof AppError
      ? reply.code(error.status).headers(error.headers).send(error.message)
      : reply.code(500).send(String(error)),
  );
  const streams: Readable[] = [];
  const open = async (_asset: Asset, options?: { range?: { start: number; end: number } | undefined }) => {
    const file = opened(options?.range);
    if (file !== null) streams.push(file.bytes);
    return file;
  };
  http.get("/", async (request, reply) =>
    sendAsset(request, reply, {
      asset,
      assets: { open },
      derived: "derived" in Object(request.query) ? { ...asItIs(asset, open), etag: "another" } : null,
      cacheControl: "private, max-age=3600",
      filename: "derived" in Object(request.query) ? `${asset.id}.png` : "café.png",
    }),
  );
  const get = (headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
    http.inject({ method, url: "/", headers });
  return { http, get, streams };
}

const openBytes = (range?: { start: number; end: number }): OpenFile => ({
  size: bytes.length,
  bytes: Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
});

test("a picture comes whole with what a browser needs to show and keep it, and HEAD tells the same", async () => {
  const { http, get, streams } = setup();
  const whole = await get();
  expect(whole.statusCode).toBe(200);
  expect(whole.rawPayload).toEqual(bytes);
  expect(whole.headers).toMatchObject({
    "content-type": "image/png",
    "content-length": "10",
    "content-disposition": `inline; filename="caf?.png"; filename*=UTF-8''caf%C3%A9.png`,
    etag,
    "last-modified": modified,
    "cache-control": "private, max-age=3600",
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
  });
  const head = await get({ range: "bytes=0-1" }, "HEAD");
  expect(head.statusCode).toBe(200);
  expect(head.rawPayload).toHaveLength(0);
  expect({ ...head.headers, date: null, connection: null }).toEqual({
    ...whole.headers,
    date: null,
    connection: null,
  });
  expect(streams.every(({ destroyed }) => destroyed)).toBe(true);
  const derived = await http.inject("/?derived");
  expect(derived.headers.etag).toBe('"another"');
  expect(derived.headers["content-disposition"]).toBe(`inline; filename="${asset.id}.png"`);
});

test.each([
  ["bytes=0-3", "0123", "bytes 0-3/10"],
  ["bytes=4-", "456789", "bytes 4-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-99", "0123456789", "bytes 0-9/10"],
  ["bytes=9-99", "9", "bytes 9-9/10"],
])("of a picture %s is %s", async (range, text, contentRange) => {
  const part = await setup().get({ range });
  expect(part.statusCode).toBe(206);
  expect(part.body).toBe(text);
  expect(part.headers).toMatchObject({ "content-range": contentRange, "content-length": `${text.length}` });
});

test.each(["bytes=10-", "bytes=-0", "bytes=5-2", "bytes=-", "bytes=a-b"])(
  "a picture has no part %s",
  async (range) => {
    const refused = await setup().get({ range });
    expect(refused.statusCode).toBe(416);
    expect(refused.headers["content-range"]).toBe("bytes */10");
    expect(refused.headers["cache-control"]).toBeUndefined();
  },
);

test("several parts at once, and parts of a picture that is no longer the same, come whole", async () => {
  const { get } = setup();
  const statusOf = async (headers: Record<string, string>) => (await get(headers)).statusCode;
  expect(await statusOf({ range: "bytes=0-1,3-4" })).toBe(200);
  expect(await statusOf({ range: "items=0-1" })).toBe(200);
  expect(await statusOf({ range: "bytes=0-1", "if-range": etag })).toBe(206);
  expect(await statusOf({ range: "bytes=0-1", "if-range": `W/${etag}` })).toBe(200);
  expect(await statusOf({ range: "bytes=0-1", "if-range": '"another"' })).toBe(200);
  expect(await statusOf({ range: "bytes=0-1", "if-range": modified })).toBe(206);
  expect(await statusOf({ range: "bytes=0-1", "if-range": "Fri, 20 Nov 2026 12:00:00 GMT" })).toBe(200);
});

test("who has the picture is told so, by its tag or else by its time", async () => {
  const { get, streams } = setup();
  const has = async (headers: Record<string, string>) => (await get(headers)).statusCode === 304;
  expect(await has({ "if-none-match": etag })).toBe(true);
  expect(await has({ "if-none-match": `"another", W/${etag}` })).toBe(true);
  expect(await has({ "if-none-match": "*" })).toBe(true);
  expect(await has({ "if-modified-since": modified })).toBe(true);
  expect(streams).toHaveLength(0);
  const known = await get({ "if-none-match": etag });
  expect(known.headers).toMatchObject({ etag, "cache-control": "private, max-age=3600" });
  expect(known.headers["content-length"]).toBeUndefined();
  expect(await has({ "if-none-match": '"another"', "if-modified-since": modified })).toBe(false);
  expect(await has({ "if-modified-since": "Sat, 21 Nov 2026 11:59:59 GMT" })).toBe(false);
  expect(await has({ "if-modified-since": "yesterday" })).toBe(false);
});

test("a picture whose bytes are gone is a 404 that says so", async () => {
  const lost = await setup({ opened: () => null }).get();
  expect(lost.statusCode).toBe(404);
  expect(lost.body).toBe("Media file not found in storage");
});

test("a client that goes away leaves no file open", async () => {
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) });
  const { http } = setup({ opened: () => ({ size: 2 ** 40, bytes: endless }) });
  const baseUrl = await http.listen({ host: "127.0.0.1", port: 0 });
  const client = await connectRaw(baseUrl);
  const closed = once(endless, "close");
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(client.socket, "data");
  client.socket.destroy();
  await closed;
  expect(endless.destroyed).toBe(true);
});
