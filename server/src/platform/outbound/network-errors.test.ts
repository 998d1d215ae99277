import { expect, test } from "vitest";
import { exchangeFailure } from "./network-errors.ts";

const systemError = (code: string) => Object.assign(new Error(`read ${code}`), { code, syscall: "read" });

test.each([
  ["ECONNRESET", "connection_reset"],
  ["ECONNABORTED", "connection_reset"],
  ["ENOTCONN", "connection_reset"],
  ["EHOSTUNREACH", "connection_failed"],
  ["ENETDOWN", "connection_failed"],
])("a socket that ends with %s in the middle is the network's failure: %s", (code, expected) => {
  for (const answered of [false, true]) {
    expect(exchangeFailure(systemError(code), answered)).toMatchObject({ code: expected });
  }
});

test("what is no fault of the network comes back as it is", () => {
  const bug = new TypeError("invalid header");
  expect(exchangeFailure(bug, false)).toBe(bug);
});
