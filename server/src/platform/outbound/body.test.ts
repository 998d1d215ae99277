import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { limits, serveHttp, setup } from "./testing/servers.ts";

const capped = { limits: { ...limits, maxBytes: 100_000 } };
const text = "what was sent ".repeat(1000);

const serveCoded = (bytes: Buffer, coding: string, status = 200) =>
  serveHttp((_request, response) => {
    response.writeHead(status, { "content-encoding": coding, "content-length": bytes.length });
    response.end(bytes);
  });

describe("a body larger than the limit", () => {
  test("is refused by its declared length before a byte of it is sent", async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    const { origin } = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-length": 100_001 }).flushHeaders();
      resolve(response);
    });
    const { codeOf } = setup();
    const code = codeOf(origin, capped);
    await once(await promise, "close");
    expect(await code).toBe("too_large");
  });

  test("is refused while it streams without a length, and its connection is closed", async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    const { origin } = await serveHttp((_request, response) => {
      const pour = () => {
        while (response.write(Buffer.alloc(16_384)));
      };
      response.on("drain", pour).on("error", () => {});
      pour();
      resolve(response);
    });
    const { codeOf } = setup();
    const code = codeOf(origin, capped);
    await once(await promise, "close");
    expect(await code).toBe("too_large");
  });

  test("is accepted up to the last byte, declared or not", async () => {
    const { origin } = await serveHttp((request, response) => {
      if (request.url === "/declared") response.setHeader("content-length", 100_000);
      response.write(Buffer.alloc(1));
      response.end(Buffer.alloc(99_999));
    });
    const { fetch } = setup();
    for (const path of ["/declared", "/streamed"]) {
      expect((await fetch(origin + path, capped)).bytes.length).toBe(100_000);
    }
  });

  test("is not read to the end where it explains a redirect", async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    const { origin } = await serveHttp((request, response) => {
      if (request.url === "/") {
        resolve(response);
        response.on("error", () => {}).writeHead(302, { location: "/image" });
        response.write(Buffer.alloc(64 * 1024));
        // The end of it never comes.
      } else response.end("image");
    });
    const { fetch } = setup();
    const closed = promise.then((response) => once(response, "close"));
    expect(String((await fetch(origin, capped)).bytes)).toBe("image");
    await closed;
  });
});

describe("a compressed body", () => {
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["identity", Buffer.from(text)],
    ["identity, gzip", gzipSync(text)],
    ["image/png", Buffer.from(text)],
  ])("of %s is decoded though none was asked for", async (coding, bytes) => {
    const { origin } = await serveCoded(bytes, coding);
    const { fetch } = setup();
    expect(String((await fetch(origin, capped)).bytes)).toBe(text);
  });

  const zeros = Buffer.alloc(10_000_000);
  test.each([
    ["gzip", gzipSync(zeros)],
    ["deflate", deflateSync(zeros)],
    ["deflate", deflateRawSync(zeros)],
    ["br", brotliCompressSync(zeros)],
  ])("of %s that grows beyond the limit is refused", async (coding, bomb) => {
    expect(bomb.length).toBeLessThan(capped.limits.maxBytes);
    const { origin } = await serveCoded(bomb, coding);
    const { codeOf } = setup();
    expect(await codeOf(origin, capped)).toBe("too_large");
  });

  test("may grow to the limit exactly", async () => {
    const { origin } = await serveCoded(gzipSync(zeros.subarray(0, 100_000)), "gzip");
    const { fetch, codeOf } = setup();
    expect((await fetch(origin, capped)).bytes.length).toBe(100_000);
    expect(await codeOf(origin, { limits: { ...limits, maxBytes: 99_999 } })).toBe("too_large");
  });

  test.each([
    ["twice", "gzip, gzip", gzipSync(gzipSync(text))],
    ["with one coding nobody knows", "gzip, rot13", gzipSync(text)],
    ["in name only", "gzip", Buffer.from(text)],
    ["and cut off", "gzip", gzipSync(text).subarray(0, -20)],
  ])("%s is no valid answer", async (_how, coding, bytes) => {
    const { origin } = await serveCoded(bytes, coding);
    const { codeOf } = setup();
    expect(await codeOf(origin, capped)).toBe("invalid_response");
  });

  test("that is empty is empty", async () => {
    const { origin } = await serveCoded(Buffer.alloc(0), "gzip");
    const { fetch } = setup();
    expect((await fetch(origin, capped)).bytes.length).toBe(0);
  });

  test("of an error does not hide the error", async () => {
    const { origin } = await serveCoded(Buffer.from("no gzip"), "gzip", 404);
    const { fetch } = setup();
    expect(await fetch(origin, capped)).toMatchObject({ status: 404, bytes: Buffer.alloc(0) });
  });
});
