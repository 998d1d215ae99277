import { expect, test } from "vitest";
import { parseStoragePath } from "./storage-path.ts";

test.each([
  ["/data/files", { kind: "folder", folder: "/data/files" }],
  ["files", { kind: "folder", folder: "files" }],
  [" ./my files ", { kind: "folder", folder: "./my files" }],
  ["C:\\data\\files", { kind: "folder", folder: "C:\\data\\files" }],
  ["C:/data", { kind: "folder", folder: "C:/data" }],
  ["s3://bucket", { kind: "s3", bucket: "bucket", prefix: "" }],
  ["s3://bucket/", { kind: "s3", bucket: "bucket", prefix: "" }],
  ["S3://my.bucket-1/one/Two/", { kind: "s3", bucket: "my.bucket-1", prefix: "one/Two" }],
])("%s is a place for files", (text, place) => {
  expect(parseStoragePath(text)).toEqual(place);
});

test.each([
  ["", /is a folder or s3:/],
  ["  ", /is a folder or s3:/],
  ["a\0b", /is a folder or s3:/],
  ["gs://bucket/prefix", /gs:\/\/ is neither/],
  ["https://bucket.s3.amazonaws.com/prefix", /https:\/\/ is neither/],
  ["s3://", /“” is not a name/],
  ["s3://ab", /“ab” is not a name/],
  ["s3://Bucket/prefix", /“Bucket” is not a name/],
  ["s3://a..b/prefix", /“a..b” is not a name/],
  ["s3://user:secret@bucket/prefix", /is not a name/],
  ["s3://bucket/../other", /prefix/],
  ["s3://bucket/a//b", /prefix/],
  ["s3://bucket/a?b", /prefix/],
  ["s3://bucket/%2e%2e", /prefix/],
])("%j is none", (text, message) => {
  expect(() => parseStoragePath(text)).toThrow(message);
});
