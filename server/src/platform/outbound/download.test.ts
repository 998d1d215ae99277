import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { type DownloadOptions, downloadImage } from "./download.ts";
import { downloadFailures } from "./download-failures.ts";
import { outboundFailures } from "./errors.ts";
import { serveHttp, setup } from "./testing/servers.ts";

const now = Date.UTC(2030, 0, 1, 12);

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Downloads from a server that answers so. */
async function download(
  { status = 200, headers = {}, body = "bytes" }: Answer,
  options: Partial<DownloadOptions> = {},
) {
  const seen: IncomingMessage[] = [];
  const { origin } = await serveHttp((request, response) => {
    seen.push(request);
    response.writeHead(status, headers).end(body);
  });
  const { outbound } = setup();
  const signal = new AbortController().signal;
  const outcome = await downloadImage(outbound, `${origin}/a.png`, {
    maxBytes: 1000,
    totalMs: 10_000,
    signal,
    now: () => now,
    ...options,
  });
  return { outcome, seen, origin };
}

test("an image comes with its bytes, its validators and where it came from", async () => {
  const lastModified = "Tue, 01 Jan 2030 00:00:00 GMT";
  const { outcome, seen, origin } = await download({
    headers: { etag: 'W/"7"', "last-modified": lastModified },
  });
  expect(outcome).toEqual({
    status: "ok",
    bytes: Buffer.from("bytes"),
    etag: 'W/"7"',
    lastModified,
    url: `${origin}/a.png`,
  });
  expect(seen[0]?.headers.accept).toContain("image/*");
  expect(seen[0]?.headers["if-none-match"]).toBeUndefined();
});

test("what is known already is asked for only in case it changed", async () => {
  const known = { etag: '"7"', lastModified: "Tue, 01 Jan 2030 00:00:00 GMT" };
  const { outcome, seen } = await download({ status: 304, body: "" }, { known });
  expect(outcome).toEqual({ status: "not_modified" });
  expect(seen[0]?.headers).toMatchObject({ "if-none-match": '"7"', "if-modified-since": known.lastModified });
});

test("304 without a question is no answer", async () => {
  for (const known of [null, { etag: null, lastModified: null }]) {
    const { outcome } = await download({ status: 304, body: "" }, { known });
    expect(outcome).toMatchObject({ status: "failed", code: "invalid_response" });
  }
});

test("a validator that could not be sent back is forgotten", async () => {
  const { outcome } = await download({ headers: { etag: '"\u00fc"', "last-modified": "x".repeat(1025) } });
  expect(outcome).toMatchObject({ status: "ok", etag: null, lastModified: null });
});

test.each([
  [400, "http_4xx", false],
  [401, "http_401", false],
  [402, "http_4xx", false],
  [403, "http_403", false],
  [404, "http_404", false],
  [408, "http_408", true],
  [410, "http_410", false],
  [418, "http_4xx", false],
  [425, "http_425", true],
  [429, "rate_limited", true],
  [451, "http_4xx", false],
  [500, "http_5xx", true],
  [503, "http_5xx", true],
  [599, "http_5xx", true],
  [206, "invalid_response", false],
  [300, "invalid_response", false],
])("status %i is %s", async (status, code, transient) => {
  const { outcome } = await download({ status });
  expect(outcome).toMatchObject({ status: "failed", code, transient, retryAfter: null });
});

test.each([200, 204])("status %i without a body is an empty response", async (status) => {
  const { outcome } = await download({ status, body: "" });
  expect(outcome).toMatchObject({ status: "failed", code: "empty_response", transient: false });
});

test("an error page that is too large is still its error", async () => {
  const { outcome } = await download({ status: 404, body: "x".repeat(100_000) });
  expect(outcome).toMatchObject({ code: "http_404" });
});

describe("Retry-After", () => {
  test.each([
    ["120", 120],
    ["0", 0],
    ["Tue, 01 Jan 2030 12:02:00 GMT", 120],
    ["Tuesday, 01-Jan-30 12:02:00 GMT", 120],
    ["Tue, 01 Jan 2030 11:00:00 GMT", 0],
    ["999999999999", 3600],
    [`1${"0".repeat(400)}`, 3600],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 3600],
  ])("of %s is heard, up to an hour", async (value, seconds) => {
    for (const status of [429, 503, 408]) {
      const { outcome } = await download({ status, headers: { "retry-after": value } });
      expect(outcome).toMatchObject({ retryAfter: new Date(now + seconds * 1000) });
    }
  });

  test.each(["soon", "soon 1", "-5", "1.5", "12:00", ""])("of %j is no time", async (value) => {
    const { outcome } = await download({ status: 429, headers: { "retry-after": value } });
    expect(outcome).toMatchObject({ code: "rate_limited", retryAfter: null });
  });

  test("of a failure for good means nothing", async () => {
    const { outcome } = await download({ status: 404, headers: { "retry-after": "120" } });
    expect(outcome).toMatchObject({ code: "http_404", retryAfter: null });
  });
});

test("what the network does is a failure with a sentence, whether it is worth another try", async () => {
  const { outcome } = await download({ body: "x".repeat(2000) });
  expect(outcome).toMatchObject({ status: "failed", code: "too_large", transient: false });
  expect(outcome).toHaveProperty(
    "message",
    "The answer is larger than 1000 bytes, the most that is accepted.",
  );
  const { outbound } = setup();
  const options = { maxBytes: 1, totalMs: 10_000, signal: new AbortController().signal };
  expect(await downloadImage(outbound, "http://unknown.test/", options)).toMatchObject({
    code: "dns_failure",
    transient: true,
  });
  expect(await downloadImage(outbound, "ftp://unknown.test/", options)).toMatchObject({
    code: "invalid_url",
    transient: false,
  });
});

test("a caller that leaves learns nothing of the URL", async () => {
  await expect(download({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
});

test("each failure has one code and a sentence", () => {
  const all = [...outboundFailures, ...downloadFailures];
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const { message } of all) expect(message).toMatch(/^[A-Z].+\.$/);
});
