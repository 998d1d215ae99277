import { expect, test } from "vitest";
import { readPictureAddress } from "./picture-address.ts";

test.each([
  ["https://a.example/b.png", "https://a.example/b.png", "https://a.example"],
  ["  https://a.example/b.png\t", "https://a.example/b.png", "https://a.example"],
  ["HTTPS://A.Example:443/b.png", "https://a.example/b.png", "https://a.example"],
  ["http://a.example:8080", "http://a.example:8080/", "http://a.example:8080"],
  ["https://a.example/b.png#top", "https://a.example/b.png", "https://a.example"],
  ["https://a.example/b.png?x=1#top", "https://a.example/b.png?x=1", "https://a.example"],
  ["https://a.example/ä b.png", "https://a.example/%C3%A4%20b.png", "https://a.example"],
  ["https://a.example/x/../b.png", "https://a.example/b.png", "https://a.example"],
  ["s3://bucket/a/b.png", "s3://bucket/a/b.png", "s3://bucket"],
  // A key is any text: what means something in a web address is a part of its name.
  ["S3://Bucket/a b#1?.png", "S3://Bucket/a b#1?.png", "s3://bucket"],
  [" ASSET://0B7E23EC-29AF-4E0A-9F7C-3C0D1E5F6A7B", "asset://0b7e23ec-29af-4e0a-9f7c-3c0d1e5f6a7b", "asset:"],
])("%j is at %s, and its origin is %s", (text, href, origin) => {
  expect(readPictureAddress(text)).toEqual({ href, origin });
});

test.each([
  "",
  "example.com/a.png",
  "//example.com/a.png",
  "ftp://example.com/a.png",
  "file:///etc/passwd",
  "data:image/png;base64,AAAA",
  "javascript:alert(1)",
  "http:/example.com/a.png",
  "http://",
  "https://a b/c.png",
  "http://[::1/a.png",
  "s3://bucket",
  "s3://bucket/",
  "s3:///key",
  "asset://",
  "asset://picture-of-a-cat",
  "asset://0b7e23ec-29af-4e0a-9f7c-3c0d1e5f6a7b/info",
])("%j is no address", (text) => {
  expect(readPictureAddress(text)).toBeNull();
});

test("what is read is read the same again", () => {
  const first = readPictureAddress("HTTP://A.example:80/ä/../b c.png?q=ü#x");
  expect(readPictureAddress(first?.href ?? "")).toEqual(first);
});
