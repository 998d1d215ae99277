import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createS3Addresses } from "./s3-address.ts";

const local = createS3Addresses({ endpoint: "http://s3.internal:9000", region: "auto" });

test("on AWS the bucket is in the host's name, unless the name does not go there", () => {
  const aws = createS3Addresses({ endpoint: null, region: "eu-west-1" });
  expect(aws("s3://photos/2024/a.jpg")).toEqual({
    origin: "https://photos.s3.eu-west-1.amazonaws.com",
    host: "photos.s3.eu-west-1.amazonaws.com",
    path: "/2024/a.jpg",
  });
  for (const bucket of ["my.photos", "Old_Photos"]) {
    expect(aws(`s3://${bucket}/a.jpg`)).toEqual({
      origin: "https://s3.eu-west-1.amazonaws.com",
      host: "s3.eu-west-1.amazonaws.com",
      path: `/${bucket}/a.jpg`,
    });
  }
  const china = createS3Addresses({ endpoint: null, region: "cn-north-1", forcePathStyle: true });
  expect(china("S3://photos/a")).toMatchObject({
    origin: "https://s3.cn-north-1.amazonaws.com.cn",
    path: "/photos/a",
  });
});

test("at another endpoint the bucket is in the path, behind the endpoint's own, unless told otherwise", () => {
  expect(local("s3://photos/a.jpg")).toEqual({
    origin: "http://s3.internal:9000",
    host: "s3.internal:9000",
    path: "/photos/a.jpg",
  });
  const deeper = createS3Addresses({ endpoint: "https://data.example/storage/s3/", region: "auto" });
  expect(deeper("s3://photos/a.jpg")).toMatchObject({ path: "/storage/s3/photos/a.jpg" });
  const hosts = { region: "auto", forcePathStyle: false };
  expect(
    createS3Addresses({ ...hosts, endpoint: "https://s3.example:444" })("s3://photos/a.jpg"),
  ).toMatchObject({ origin: "https://photos.s3.example:444", host: "photos.s3.example:444", path: "/a.jpg" });
  // There is no name below an address.
  for (const address of ["127.0.0.1", "[::1]"]) {
    expect(
      createS3Addresses({ ...hosts, endpoint: `http://${address}:9000` })("s3://photos/a"),
    ).toMatchObject({ host: `${address}:9000`, path: "/photos/a" });
  }
});

test.each([
  ["with spaces.jpg", "with%20spaces.jpg"],
  ["straße/日本.jpg", "stra%C3%9Fe/%E6%97%A5%E6%9C%AC.jpg"],
  ["a+b&c=d.jpg", "a%2Bb%26c%3Dd.jpg"],
  ["50%.jpg", "50%25.jpg"],
  ["already%20encoded", "already%2520encoded"],
  ["what?.jpg", "what%3F.jpg"],
  ["no#1.jpg", "no%231.jpg"],
  ["/leading//twice/", "/leading//twice/"],
  [".hidden/..a/b../...", ".hidden/..a/b../..."],
  ["!'()*~_-", "%21%27%28%29%2A~_-"],
  ["line\nbreak\\", "line%0Abreak%5C"],
])("the key %j is sent as %s", (key, path) => {
  expect(local(`s3://photos/${key}`)).toMatchObject({ path: `/photos/${path}` });
});

describe("is refused:", () => {
  test.each([
    ["a bucket without a key", "s3://photos"],
    ["a bucket with an empty key", "s3://photos/"],
    ["a key without a bucket", "s3:///a.jpg"],
    ["another scheme", "https://photos/a.jpg"],
    ["a bucket that is a port", "s3://photos:80/a.jpg"],
    ["a bucket with somebody's name", "s3://me@photos/a.jpg"],
    ["a bucket that leads up", "s3://../a.jpg"],
    ["a bucket that ends the host's name", "s3://photos#/a.jpg"],
    ["a bucket of two letters", "s3://ab/a.jpg"],
    ["a key that leads up", "s3://photos/../secret"],
    ["a key that leads up in the end", "s3://photos/a/.."],
    ["a key that stays where it is", "s3://photos/./a"],
    ["a key of 1025 bytes", `s3://photos/${"ü".repeat(512)}a`],
    ["a key that is no text", "s3://photos/\ud800"],
  ])("%s", (_, url) => {
    expect(local(url)).toBeTypeOf("string");
  });

  test.each(["ftp://a", "nothing", "https://me:secret@a", "https://a/?b", "https://a/#b", ""])(
    "the endpoint %j",
    (endpoint) => {
      expect(() => createS3Addresses({ endpoint, region: "auto" })).toThrow(TypeError);
    },
  );
});

test("no row leads to a host, or out of a bucket, that is not the operator's", () => {
  const aws = createS3Addresses({ endpoint: null, region: "eu-west-1" });
  const hostile = fc.stringMatching(/^[A-Za-z0-9./:@#?%\\ _-]{0,12}$/);
  fc.assert(
    fc.property(hostile, fc.oneof(hostile, fc.string({ unit: "binary" })), (bucket, key) => {
      for (const [addressOf, suffix] of [
        [aws, "s3.eu-west-1.amazonaws.com"],
        [local, "s3.internal:9000"],
      ] as const) {
        const address = addressOf(`s3://${bucket}/${key}`);
        if (typeof address === "string") continue;
        // An URL parser, as a proxy has one, sees nothing to resolve.
        const seen = new URL(address.origin + address.path);
        expect(seen.origin).toBe(address.origin);
        expect(seen.host).toBe(address.host);
        expect(seen.pathname).toBe(address.path);
        const ofBucket = address.host === suffix ? address.path : `/${address.host}${address.path}`;
        expect(address.host === suffix || address.host.endsWith(`.${suffix}`)).toBe(true);
        expect(ofBucket).toMatch(/^\/[A-Za-z0-9]/);
        expect(decodeURIComponent(address.path)).toContain(key);
      }
    }),
    { numRuns: 500 },
  );
});
