import { expect, test } from "vitest";
import { decodeBase64 } from "./base64.ts";

test.each(["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\r\n"])("%j is read", (text) => {
  expect(decodeBase64(text)?.toString()).toBe("hello");
});

test.each(["", "=", "\r\n", "no picture", "https://example.com/a.png", "data:image/png;base64,aGVsbG8="])(
  "%j is no base64",
  (text) => {
    expect(decodeBase64(text)).toBeNull();
  },
);
