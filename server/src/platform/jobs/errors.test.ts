import { expect, test } from "vitest";
import { storedMessage } from "./errors.ts";

test("of an error its message is stored, without stack and cause", () => {
  const error = new Error("upstream said no", { cause: new Error("secret") });
  expect(storedMessage(error)).toBe("upstream said no");
  expect(storedMessage(new TypeError(""))).toBe("TypeError");
  expect(storedMessage("just text")).toBe("just text");
});

test("credentials in a message are not stored", () => {
  expect(storedMessage(new Error("connect postgres://me:secret@host/db failed"))).toBe(
    "connect postgres://…@host/db failed",
  );
  expect(storedMessage(new Error("sent Authorization: Bearer abc.DEF-123_~+/= to it"))).toBe(
    "sent Authorization: Bearer … to it",
  );
});

test("a message has only what jsonb takes, and not too much of it", () => {
  expect(storedMessage(new Error("a\0b\ud800c"))).toBe("ab\ufffdc");
  expect(storedMessage(new Error("x".repeat(5000)))).toHaveLength(1000);
});
