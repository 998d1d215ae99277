import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../test/free-port.ts";
import { type Behaviour, sendError, startS3 } from "../../../test/simulators/s3.ts";
import { createS3Reader, type S3ReadOptions, type S3Settings } from "./s3.ts";

const credentials = { accessKeyId: "AKIDFOVEA", secretAccessKey: "a/secret+of=tests" };
const region = "eu-west-1";
const picture = Buffer.from("the bytes of a picture");

/** A server, and a reader of it that has waited enough after ten seconds. */
async function setup(settings: Partial<S3Settings> = {}) {
  const s3 = await startS3({ region, credentials });
  onTestFinished(() => s3.close());
  return { s3, read: readerOf({ endpoint: s3.url, ...settings }) };
}

function readerOf(settings: Partial<S3Settings>) {
  const reader = createS3Reader({ endpoint: null, region, ...credentials, ...settings });
  onTestFinished(() => reader.close());
  return (url: string, options: Partial<S3ReadOptions> = {}) =>
    reader.get(url, { maxBytes: 1000, totalMs: 10_000, signal: new AbortController().signal, ...options });
}

function sendForever(response: ServerResponse): void {
  response.write(Buffer.alloc(20_000), (error) => {
    if (!error) sendForever(response);
  });
}

const failure = (code: string, transient: boolean, message: string | RegExp = /./) => ({
  status: "failed",
  code,
  transient,
  message: expect.stringMatching(message),
  retryAfter: null,
});

describe("an object", () => {
  test("comes with its bytes, its ETag and its date", async () => {
    const { s3, read } = await setup();
    const etag = s3.put("photos", "shop/a.jpg", picture);
    expect(await read("s3://photos/shop/a.jpg")).toEqual({
      status: "ok",
      bytes: picture,
      etag,
      lastModified: "Wed, 12 Oct 2022 17:50:00 GMT",
    });
  });

  test.each([
    "a b.jpg",
    "straße/日本.jpg",
    "a+b&c=d.jpg",
    "50%.jpg",
    "a%20b",
    "what?.jpg",
    "no#1.jpg",
    "/leading//twice/",
    ".hidden/..a/b...",
    "!'()*~_-,;:@$|^`\"<>{}[]\\",
    "\u0001\n\t\u007f",
    "😀".repeat(256),
  ])("is found by the key %j, under a signature that a server accepts", async (key) => {
    const { s3, read } = await setup();
    s3.put("photos", key, picture);
    expect(await read(`s3://photos/${key}`)).toMatchObject({ status: "ok", bytes: picture });
  });

  test("that is as it was is not sent again", async () => {
    const { s3, read } = await setup();
    const ifNoneMatch = s3.put("photos", "a.jpg", picture);
    expect(await read("s3://photos/a.jpg", { ifNoneMatch })).toEqual({ status: "not_modified" });
    s3.put("photos", "a.jpg", Buffer.from("another"));
    expect(await read("s3://photos/a.jpg", { ifNoneMatch })).toMatchObject({ status: "ok" });
  });

  test("is read with temporary credentials, whose token is signed too", async () => {
    const temporary = { ...credentials, sessionToken: "FwoGZXIvYXdzE//=" };
    const s3 = await startS3({ region, credentials: temporary });
    onTestFinished(() => s3.close());
    s3.put("photos", "a.jpg", picture);
    expect(await readerOf({ endpoint: s3.url, ...temporary })("s3://photos/a.jpg")).toMatchObject({
      status: "ok",
    });
    expect(await readerOf({ endpoint: s3.url })("s3://photos/a.jpg")).toEqual(
      failure("http_4xx", false, /session token/),
    );
  });

  test("of the largest size is read, and one byte more is not, whether it is announced or not", async () => {
    const { s3, read } = await setup();
    s3.put("photos", "a.jpg", picture);
    const chunked: Behaviour = (response) => void response.writeHead(200).end(picture);
    s3.behave("photos", "chunked.jpg", chunked);
    for (const url of ["s3://photos/a.jpg", "s3://photos/chunked.jpg"]) {
      expect(await read(url, { maxBytes: picture.length })).toMatchObject({ status: "ok", bytes: picture });
      expect(await read(url, { maxBytes: picture.length - 1 })).toEqual(failure("too_large", false));
    }
    // The connections of what was not read to its end are gone; a next read has its own.
    expect(await read("s3://photos/a.jpg")).toMatchObject({ status: "ok" });
  });

  test("without an end is read no further than it may be", async () => {
    const { s3, read } = await setup();
    const left = Promise.withResolvers<void>();
    s3.behave("photos", "endless.jpg", (response) => {
      response.on("close", left.resolve).writeHead(200);
      sendForever(response);
    });
    expect(await read("s3://photos/endless.jpg")).toEqual(failure("too_large", false));
    await left.promise;
  });

  test("without a byte is a failure", async () => {
    const { s3, read } = await setup();
    s3.put("photos", "empty.jpg", Buffer.alloc(0));
    expect(await read("s3://photos/empty.jpg")).toEqual(failure("empty_response", false));
  });
});

test("reads that follow each other share connections, whatever their answer", async () => {
  const { s3, read } = await setup();
  s3.put("photos", "a.jpg", picture);
  for (let count = 0; count < 10; count += 1) {
    await read("s3://photos/a.jpg");
    await read("s3://photos/missing.jpg");
  }
  expect(s3.requests).toHaveLength(20);
  // Not one: the next read may begin before the pool has taken the connection of the last one back.
  expect(s3.connections()).toBeLessThan(5);
});

describe("S3 refuses", () => {
  test("what is not there", async () => {
    const { s3, read } = await setup();
    expect(await read("s3://photos/a.jpg")).toEqual(failure("http_404", false, /bucket of this name/));
    s3.put("photos", "a.jpg", picture);
    expect(await read("s3://photos/b.jpg")).toEqual(failure("http_404", false, /object of this key/));
  });

  test.each([
    ["another access key", { accessKeyId: "AKIDOTHER" }, failure("http_403", false, /access key/)],
    ["another secret", { secretAccessKey: "other" }, failure("http_403", false, /secret key/)],
    ["another region", { region: "us-east-1" }, failure("http_4xx", false, /another region/)],
    ["a clock that is off", { now: () => Date.now() - 16 * 60_000 }, failure("http_403", false, /clock/)],
  ])("%s", async (_, settings, answer) => {
    const { s3, read } = await setup(settings);
    s3.put("photos", "a.jpg", picture);
    expect(await read("s3://photos/a.jpg")).toEqual(answer);
    expect(s3.requests).toMatchObject([{ error: expect.any(String) }]);
  });

  test.each([
    [403, "AccessDenied", failure("http_403", false, /may not read/)],
    [403, "InvalidObjectState", failure("http_403", false, /archived/)],
    [401, "Unknown", failure("http_401", false, /credentials/)],
    [400, "ExpiredToken", failure("http_4xx", false, /expired/)],
    [400, "constructor", failure("http_4xx", false, /400/)],
    [405, "MethodNotAllowed", failure("http_4xx", false, /405/)],
    [408, "RequestTimeout", failure("http_408", true)],
    [500, "InternalError", failure("http_5xx", true, /500/)],
    [503, "ServiceUnavailable", failure("http_5xx", true, /503/)],
    [503, "SlowDown", failure("rate_limited", true)],
    [429, "Unknown", failure("rate_limited", true)],
    [503, "TooManyRequests", failure("rate_limited", true)],
    [206, "Odd", failure("invalid_response", false, /206/)],
  ])("with status %i and %s, and its words are not passed on", async (status, code, answer) => {
    const { s3, read } = await setup();
    s3.behave("photos", "a.jpg", (response) => sendError(response, status, code));
    const outcome = await read("s3://photos/a.jpg");
    expect(outcome).toEqual(answer);
    expect(JSON.stringify(outcome)).not.toMatch(/told to nobody|photos|AKID/);
  });

  test("and says when to come back, in seconds or by date, within an hour", async () => {
    const now = Date.now();
    const { s3, read } = await setup({ now: () => now });
    const ask = async (retryAfter: string) => {
      s3.behave("photos", "a.jpg", (response) =>
        sendError(response, 503, "SlowDown", { "retry-after": retryAfter }),
      );
      const outcome = await read("s3://photos/a.jpg");
      return outcome.status === "failed" && outcome.retryAfter ? outcome.retryAfter.getTime() - now : null;
    };
    expect(await ask("7")).toBe(7_000);
    expect(await ask(new Date(now + 60_000).toUTCString())).toBe(60_000 - (now % 1000));
    expect(await ask("999999")).toBe(3_600_000);
    expect(await ask("Wed, 12 Oct 2022 17:50:00 GMT")).toBe(0);
    expect(await ask("soon")).toBeNull();
  });

  test("by a redirect, which is not followed", async () => {
    const { s3, read } = await setup();
    s3.put("elsewhere", "a.jpg", picture);
    s3.behave("photos", "a.jpg", (response) =>
      sendError(response, 307, "TemporaryRedirect", { location: `${s3.url}/elsewhere/a.jpg` }),
    );
    expect(await read("s3://photos/a.jpg")).toEqual(failure("invalid_redirect", false, /endpoint/));
    expect(s3.requests).toHaveLength(1);
  });

  test("with a body that does not end, which is read no further than it may be", async () => {
    const { s3, read } = await setup();
    const left = Promise.withResolvers<void>();
    s3.behave("photos", "endless", (response) => {
      response.on("close", left.resolve).writeHead(404);
      sendForever(response);
    });
    expect(await read("s3://photos/endless")).toEqual(failure("http_404", false));
    await left.promise;
  });
});

describe("a connection", () => {
  test.each<[string, string, Behaviour]>([
    ["that is reset before the answer", "connection_reset", (response) => response.socket?.resetAndDestroy()],
    ["that is closed before the answer", "connection_reset", (response) => response.socket?.end()],
    [
      "that is closed before the announced length",
      "connection_reset",
      (response) => {
        response.writeHead(200, { "content-length": picture.length + 1 });
        response.write(picture, () => response.socket?.end());
      },
    ],
    [
      "that is reset in a body without an announced length",
      "connection_reset",
      (response) => {
        response.writeHead(200);
        response.write(picture, () => response.socket?.resetAndDestroy());
      },
    ],
  ])("%s is a failure that may pass", async (_, code, behaviour) => {
    const { s3, read } = await setup();
    s3.behave("photos", "a.jpg", behaviour);
    expect(await read("s3://photos/a.jpg")).toEqual(failure(code, true));
  });

  test("that nobody accepts is a failure that may pass", async () => {
    const read = readerOf({ endpoint: `http://127.0.0.1:${await freePort()}` });
    expect(await read("s3://photos/a.jpg")).toEqual(failure("connection_refused", true));
  });

  test("to a server that speaks something else is a failure that stays", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.2\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const plain = readerOf({ endpoint: `http://127.0.0.1:${address.port}` });
    expect(await plain("s3://photos/a.jpg")).toEqual(failure("invalid_response", false));
    const encrypted = readerOf({ endpoint: `https://127.0.0.1:${address.port}` });
    expect(await encrypted("s3://photos/a.jpg")).toEqual(failure("tls_failure", false));
  });
});

describe("the time for a read", () => {
  test.each<[string, Behaviour]>([
    ["nothing comes", () => {}],
    ["nothing comes after the headers", (response) => response.writeHead(200).flushHeaders()],
    ["nothing comes after some bytes", (response) => void response.writeHead(200).write(picture)],
  ])("ends though %s, and closes the connection", async (_, behaviour) => {
    const { s3, read } = await setup();
    const left = Promise.withResolvers<void>();
    s3.behave("photos", "a.jpg", (response, request) => {
      response.on("close", left.resolve);
      behaviour(response, request);
    });
    expect(await read("s3://photos/a.jpg", { totalMs: 500 })).toEqual(failure("response_timeout", true));
    await left.promise;
  });

  test("is that of the whole: bytes that keep dripping do not prolong it", async () => {
    const { s3, read } = await setup();
    s3.behave("photos", "a.jpg", (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(drip));
    });
    expect(await read("s3://photos/a.jpg", { totalMs: 500 })).toEqual(failure("response_timeout", true));
  });
});

test("who leaves ends the read, in the headers and in the body, and so does the end of the reader", async () => {
  const { s3, read } = await setup();
  const cancelled = { name: "OutboundError", code: "cancelled" };
  for (const part of ["headers", "body"]) {
    const leaving = new AbortController();
    const left = Promise.withResolvers<void>();
    s3.behave("photos", part, (response) => {
      response.on("close", left.resolve);
      if (part === "body") response.writeHead(200).write(picture);
      leaving.abort();
    });
    await expect(read(`s3://photos/${part}`, { signal: leaving.signal })).rejects.toMatchObject(cancelled);
    await left.promise;
  }
  await expect(read("s3://photos/a.jpg", { signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
  expect(s3.requests).toHaveLength(2);
  const reader = createS3Reader({ endpoint: s3.url, region, ...credentials });
  s3.behave("photos", "closed", () => void reader.close());
  const options = { maxBytes: 1000, totalMs: 10_000, signal: new AbortController().signal };
  await expect(reader.get("s3://photos/closed", options)).rejects.toMatchObject(cancelled);
});

test("without credentials, or with a URL that is none, nothing is asked", async () => {
  const { s3, read } = await setup();
  for (const missing of [{ accessKeyId: null }, { secretAccessKey: "" }]) {
    expect(await readerOf({ endpoint: s3.url, ...missing })("s3://photos/a.jpg")).toEqual(
      failure("s3_not_configured", false),
    );
  }
  expect(await read("s3://photos/../a.jpg")).toEqual(failure("invalid_url", false));
  expect(s3.connections()).toBe(0);
});
