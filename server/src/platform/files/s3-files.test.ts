import { connect } from "node:net";
import { Agent } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../test/free-port.ts";
import { OutboundError } from "../outbound/errors.ts";
import type { S3CredentialsSource } from "./credentials-source.ts";
import { createS3Credentials } from "./s3-credentials.ts";
import { createS3Files, type S3FilesSettings } from "./s3-files.ts";
import { startBucketServer } from "./testing/bucket-server.ts";
import { describeFiles, listed, textOf } from "./testing/describe-files.ts";

const keys = { accessKeyId: "key", secretAccessKey: "secret" };
const png = { contentType: "image/png" };
const picture = Buffer.from("a picture");
const static_ = createS3Credentials({ kind: "static", ...keys });

async function setup(
  changed: Partial<S3FilesSettings> = {},
  server: Partial<Parameters<typeof startBucketServer>[0]> = {},
) {
  const s3 = await startBucketServer({ bucket: "bucket", credentials: keys, ...server });
  onTestFinished(() => s3.close());
  const files = createS3Files({
    endpoint: s3.origin,
    region: "us-east-1",
    bucket: "bucket",
    prefix: "some/prefix",
    credentials: static_,
    retryBaseMs: 1,
    ...changed,
  });
  onTestFinished(() => files.close());
  return { s3, files };
}

async function* megabytes(count: number) {
  for (let number = 0; number < count; number += 1) yield Buffer.alloc(1_000_000, "abc");
}

describeFiles("S3", async () => (await setup()).files);

describe("requests to S3", () => {
  test("put files below the prefix, with their type, and every one of them is signed", async () => {
    const { s3, files } = await setup();
    await files.put("a/b.png", picture, png);
    await files.put("large.png", megabytes(9), png);
    expect([...s3.objects.keys()]).toEqual(["some/prefix/a/b.png", "some/prefix/large.png"]);
    for (const { headers } of s3.objects.values()) expect(headers["content-type"]).toBe("image/png");
    expect(s3.asked.filter(({ refused }) => refused)).toEqual([]);
  });

  test("have the whole bucket without a prefix", async () => {
    const { s3, files } = await setup({ prefix: "" });
    await files.check();
    await files.put("a/b", picture, png);
    await files.put("large", megabytes(9), png);
    expect([...s3.objects.keys()]).toEqual(["a/b", "large"]);
    expect(await textOf(files, "a/b", { start: 2, end: 4 })).toBe("pic");
    expect(await files.stat("a/b")).toMatchObject({ size: 9 });
    expect((await listed(files)).map(({ name }) => name)).toEqual(["a/b", "large"]);
    await files.remove("a/b");
    expect((await listed(files, "a")).map(({ name }) => name)).toEqual([]);
  });

  test("send a stream of up to 8 MB at once, and a longer one in parts of 8 MB", async () => {
    const { s3, files } = await setup();
    const limit = 8 * 1024 * 1024;
    async function* exactly(bytes: number) {
      yield Buffer.alloc(bytes);
    }
    await files.put("small", exactly(limit), png);
    expect(s3.operations()).toEqual(["PutObject"]);
    s3.asked.length = 0;
    await files.put("large", exactly(2 * limit + 1), png);
    expect(s3.operations()).toEqual([
      "CreateMultipartUpload",
      "UploadPart",
      "UploadPart",
      "UploadPart",
      "CompleteMultipartUpload",
    ]);
    expect(s3.asked.map(({ body }) => body.length).slice(1, 4)).toEqual([limit, limit, 1]);
  });

  test("list page by page, and only what can be a file of ours", async () => {
    const { s3, files } = await setup({}, { namesPerPage: 2 });
    for (const name of ["a", "b", "c", "d", "e"]) await files.put(name, picture, png);
    for (const key of ["some/prefix-other/a", "some/prefix/Not & ours", "some/prefix/.probe-1", "else"])
      s3.objects.set(key, { bytes: picture, etag: "", headers: {} });
    s3.asked.length = 0;
    expect((await listed(files)).map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e"]);
    expect(s3.asked).toHaveLength(4);
  });

  test("name the bucket in the host for AWS", async () => {
    const loopback = { port: 0 };
    const dispatcher = new Agent({
      connect: (_options, done) => {
        const socket = connect(loopback.port, "127.0.0.1", () => done(null, socket));
        socket.once("error", (error) => done(error, null));
      },
    });
    onTestFinished(() => dispatcher.destroy());
    const { s3, files } = await setup(
      { endpoint: "http://s3.eu-central-1.amazonaws.test", forcePathStyle: false, dispatcher },
      { inHost: true },
    );
    loopback.port = Number(new URL(s3.origin).port);
    await files.put("a", picture, png);
    expect((await listed(files)).map(({ name }) => name)).toEqual(["a"]);
    expect(await textOf(files, "a")).toBe("a picture");
    expect(new Set(s3.asked.map(({ host }) => host))).toEqual(
      new Set(["bucket.s3.eu-central-1.amazonaws.test"]),
    );
    expect([...s3.objects.keys()]).toEqual(["some/prefix/a"]);
  });

  test("carry the session token of temporary credentials", async () => {
    const temporary = { ...keys, sessionToken: "a token/+=" };
    const credentials = createS3Credentials({ kind: "static", ...temporary });
    const { files } = await setup({ credentials }, { credentials: temporary });
    await files.put("a", picture, png);
    expect(await textOf(files, "a")).toBe("a picture");
  });
});

describe("a failure of S3", () => {
  const slow = { kind: "error", status: 503, code: "SlowDown" } as const;

  test.each([
    ["a 503", slow],
    ["a 500", { kind: "error", status: 500, code: "InternalError" }],
    ["a reset", { kind: "reset" }],
    ["an answer that is lost", { kind: "lost_answer" }],
  ] as const)("that is %s is tried again, twice", async (_, fault) => {
    const { s3, files } = await setup();
    s3.fail("PutObject", fault, fault);
    await files.put("a", picture, png);
    s3.fail("GetObject", fault, fault);
    expect(await textOf(files, "a")).toBe("a picture");
    s3.fail("HeadObject", fault, fault);
    expect(await files.stat("a")).toMatchObject({ size: 9 });
    s3.fail("ListObjectsV2", fault, fault);
    expect(await listed(files)).toHaveLength(1);
    s3.fail("DeleteObject", fault, fault);
    await files.remove("a");
    expect(s3.asked).toHaveLength(15);
    expect(s3.objects.size).toBe(0);
  });

  test("to receive what was sent is mended by sending it again", async () => {
    const { s3, files } = await setup();
    s3.fail("PutObject", { kind: "error", status: 400, code: "BadDigest" });
    s3.fail("PutObject", { kind: "error", status: 400, code: "XAmzContentSHA256Mismatch" });
    await files.put("a", picture, png);
    expect(s3.asked).toHaveLength(3);
  });

  test("that lasts is told after three tries", async () => {
    const { s3, files } = await setup();
    s3.fail("PutObject", slow, slow, slow);
    await expect(files.put("a", picture, png)).rejects.toMatchObject({
      code: "storage_unavailable",
      status: 503,
      message: "The storage of files does not work. S3 asks for fewer requests.",
    });
    expect(s3.asked).toHaveLength(3);
  });

  test("that no repetition mends is told at once", async () => {
    const { s3, files } = await setup();
    s3.fail("PutObject", { kind: "error", status: 403, code: "AccessDenied" });
    await expect(files.put("a", picture, png)).rejects.toThrow(/do not give the right/);
    s3.fail("PutObject", { kind: "error", status: 403, code: "QuotaExceeded" });
    await expect(files.put("a", picture, png)).rejects.toMatchObject({ code: "storage_full", status: 507 });
    expect(s3.asked).toHaveLength(2);
  });

  test("in an upload in parts is tried again, part by part", async () => {
    const { s3, files } = await setup();
    s3.fail("CreateMultipartUpload", slow);
    s3.fail("UploadPart", { kind: "lost_answer" }, slow);
    s3.fail("CompleteMultipartUpload", { kind: "reset" }, { kind: "late_error", code: "InternalError" });
    expect(await files.put("a", megabytes(9), png)).toMatchObject({ size: 9_000_000 });
    expect(s3.objects.get("some/prefix/a")?.bytes).toHaveLength(9_000_000);
  });

  test("that loses the answer to the last step is not taken for one, if the object is ours", async () => {
    const { s3, files } = await setup();
    s3.fail("CompleteMultipartUpload", { kind: "lost_answer" });
    await files.put("a", megabytes(9), png);
    expect(s3.operations().slice(-3)).toEqual([
      "CompleteMultipartUpload",
      "CompleteMultipartUpload",
      "HeadObject",
    ]);
    // The same size, of another put: an upload that S3 has lost is not there.
    s3.fail("CompleteMultipartUpload", { kind: "error", status: 404, code: "NoSuchUpload" });
    await expect(files.put("a", megabytes(9), png)).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  test("in the middle of an upload in parts leaves no parts behind", async () => {
    const { s3, files } = await setup();
    const no = { kind: "error", status: 403, code: "AccessDenied" } as const;
    s3.fail("UploadPart", no);
    await expect(files.put("a", megabytes(9), png)).rejects.toThrow(/do not give the right/);
    s3.fail("CompleteMultipartUpload", { kind: "late_error", code: "InvalidPart" });
    await expect(files.put("a", megabytes(9), png)).rejects.toThrow(/does not work/);
    async function* breaking() {
      yield* megabytes(18);
      throw new Error("the source broke");
    }
    await expect(files.put("a", breaking(), png)).rejects.toThrow("the source broke");
    expect(s3.operations().filter((operation) => operation === "AbortMultipartUpload")).toHaveLength(3);
    expect(s3.uploads.size).toBe(0);
    expect(s3.objects.size).toBe(0);
  });

  test("that cuts a body off is an error of the stream, and never a short file", async () => {
    const { s3, files } = await setup();
    await files.put("a", Buffer.alloc(100_000), png);
    s3.fail("GetObject", { kind: "cut" });
    const file = await files.read("a");
    expect(file?.size).toBe(100_000);
    await expect(file?.bytes.toArray()).rejects.toMatchObject({
      code: "storage_unavailable",
      message: "The storage of files does not work. S3: The server closed the connection too early.",
    });
  });

  test.each([
    { kind: "ignore_range" },
    { kind: "other_range", range: "bytes=0-1" },
    { kind: "other_range", range: "bytes=2-8" },
  ] as const)("to send the range is told, instead of other bytes than were asked for: %o", async (fault) => {
    const { s3, files } = await setup();
    await files.put("a", picture, png);
    s3.fail("GetObject", fault);
    const read = files.read("a", { range: { start: 2, end: 3 } });
    await expect(read).rejects.toThrow(/does not answer with the range/);
  });

  test("to send all of a file is told, where a part was not asked for", async () => {
    const { s3, files } = await setup();
    await files.put("a", picture, png);
    s3.fail("GetObject", { kind: "other_range", range: "bytes=0-1" });
    await expect(files.read("a")).rejects.toThrow(/answers with a part of a file/);
  });

  test("to know the bucket does not look like files that are gone", async () => {
    const { files } = await setup({}, { bucket: "another" });
    await expect(files.read("a")).rejects.toThrow(/There is no such bucket/);
    await expect(files.remove("a")).rejects.toThrow(/There is no such bucket/);
    await expect(listed(files)).rejects.toThrow(/There is no such bucket/);
  });

  test("to answer ends with the signal, or with the storage", async () => {
    const { s3, files } = await setup();
    const stop = new AbortController();
    s3.fail("PutObject", { kind: "hang", reached: () => stop.abort(new Error("enough")) });
    await expect(files.put("a", picture, { ...png, signal: stop.signal })).rejects.toThrow("enough");
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    s3.fail("GetObject", { kind: "hang", reached: resolve });
    const reading = files.read("a");
    reading.catch(() => {});
    await reached;
    await files.close();
    await expect(reading).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  test("to go on ends with the reason of its caller's deadline, and is not taken for one of S3's", async () => {
    const { files } = await setup();
    await files.put("a", Buffer.alloc(4_000_000), png);
    const deadline = new AbortController();
    const file = await files.read("a", { signal: deadline.signal });
    const late = new OutboundError("response_timeout");
    deadline.abort(late);
    await expect(file?.bytes.toArray()).rejects.toBe(late);
  });

  test("to be there is told without its address", async () => {
    const port = await freePort();
    const { files } = await setup({ endpoint: `http://127.0.0.1:${port}` });
    const failure = await files.stat("a").catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "storage_unavailable",
      message: expect.stringMatching(/refused the connection/),
    });
    expect(String(failure)).not.toContain(String(port));
  });
});

describe("credentials that S3 refuses", () => {
  const sourceOf = (...all: { accessKeyId: string; secretAccessKey: string }[]) => {
    const refused: string[] = [];
    const source: S3CredentialsSource = {
      current: async () => all[0] ?? keys,
      refused({ accessKeyId }) {
        refused.push(accessKeyId);
        all.shift();
        return true;
      },
      close: async () => {},
    };
    return { source, refused };
  };

  test("are replaced, and the request is sent again", async () => {
    const { source, refused } = sourceOf({ accessKeyId: "expired", secretAccessKey: "x" }, keys);
    const { files } = await setup({ credentials: source });
    await files.put("a", picture, png);
    expect(refused).toEqual(["expired"]);
  });

  test("are told where there are no others", async () => {
    const wrong = createS3Credentials({ kind: "static", accessKeyId: "wrong", secretAccessKey: "x" });
    const { s3, files } = await setup({ credentials: wrong });
    await expect(files.put("a", picture, png)).rejects.toThrow(/S3 does not know the access key/);
    expect(s3.asked).toHaveLength(1);
  });
});

describe("a check of S3", () => {
  const misconfigured = (sentence: RegExp) => ({
    code: "storage_misconfigured",
    message: expect.stringMatching(
      new RegExp(
        `^Files cannot be stored in s3://bucket/some/prefix \\(IMAGE_STORAGE_PATH\\)\\. ${sentence.source}`,
      ),
    ),
  });

  test("says that there is no such bucket", async () => {
    const { files } = await setup({}, { bucket: "another" });
    await expect(files.check()).rejects.toMatchObject(misconfigured(/There is no such bucket\./));
  });

  test.each([
    ["ListObjectsV2", "Listing"],
    ["PutObject", "Writing"],
    ["GetObject", "Reading"],
    ["DeleteObject", "Removing"],
  ] as const)("says that there is no right for %s", async (operation, step) => {
    const { s3, files } = await setup();
    s3.fail(operation, { kind: "error", status: 403, code: "AccessDenied" });
    await expect(files.check()).rejects.toMatchObject(
      misconfigured(
        new RegExp(`The S3 credentials do not give the right to do this\\. \\(${step} was tried\\.\\)`),
      ),
    );
  });

  test("says that what was written is not there", async () => {
    const { s3, files } = await setup();
    // 200, and nothing was stored.
    s3.fail("PutObject", { kind: "late_error", code: "InternalError" });
    await expect(files.check()).rejects.toMatchObject(
      misconfigured(/It did not give back what was written\. \(Reading was tried\.\)/),
    );
  });

  test("says that the secret key is wrong", async () => {
    const credentials = createS3Credentials({ kind: "static", ...keys, secretAccessKey: "another" });
    const { files } = await setup({ credentials });
    await expect(files.check()).rejects.toMatchObject(misconfigured(/S3 does not accept the secret key\./));
  });

  test("says which region the bucket is in", async () => {
    const { s3, files } = await setup();
    const headers = { "x-amz-bucket-region": "eu-west-3" };
    s3.fail("ListObjectsV2", { kind: "error", status: 301, code: "PermanentRedirect", headers });
    await expect(files.check()).rejects.toMatchObject(
      misconfigured(/The bucket is in the region eu-west-3,/),
    );
  });

  test.each([
    [20, "20 minutes ahead of"],
    [-47, "47 minutes behind"],
  ])("says that the clock is %d minutes off", async (minutes, told) => {
    const { files } = await setup({ now: () => Date.now() + minutes * 60_000 });
    await expect(files.check()).rejects.toMatchObject(
      misconfigured(new RegExp(`The clock of this service is ${told}`)),
    );
  });
});
