import { expect, test } from "vitest";
import { connectionFailure } from "./connection-failure.ts";

/** An error as Node's network code makes them. */
const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall} ${code} 192.0.2.1:443`), { code, syscall });
const coded = (code: string, cause?: Error) => Object.assign(new Error(code, { cause }), { code });
const ofEach = (...errors: readonly Error[]) =>
  Object.assign(new AggregateError(errors), { code: "ECONNREFUSED" });

const failureOf = (cause: Error) => connectionFailure(new TypeError("fetch failed", { cause }));

test.each([
  ["nobody listens", systemError("ECONNREFUSED", "connect")],
  ["no name is known", systemError("ENOTFOUND", "getaddrinfo")],
  ["no resolver answers", systemError("EAI_AGAIN", "getaddrinfo")],
  ["there is no way", systemError("EHOSTUNREACH", "connect")],
  ["nobody answered to a connection", systemError("ETIMEDOUT", "connect")],
  ["undici waited long enough for a connection", coded("UND_ERR_CONNECT_TIMEOUT")],
  [
    "none of the addresses would do",
    ofEach(systemError("ECONNREFUSED", "connect"), systemError("ENETUNREACH", "connect")),
  ],
])("where %s nothing was sent", (_case, cause) => {
  expect(failureOf(cause)).toMatchObject({
    failure: {
      kind: "unavailable",
      reason: expect.stringMatching(/^No connection to the provider could be made \([A-Z_]+\)\.$/),
      ...{ sent: false, unconnected: true },
    },
  });
});

test.each([
  ["went away", systemError("EHOSTUNREACH", "read")],
  ["broke in the middle of the question", systemError("EPIPE", "write")],
  ["was reset", systemError("ECONNRESET", "read")],
  ["was closed", coded("UND_ERR_SOCKET", new Error("other side closed"))],
  [
    "was closed after another one could not be made",
    ofEach(systemError("ECONNREFUSED", "connect"), systemError("ECONNRESET", "read")),
  ],
])("a connection that %s may have carried the question", (_case, cause) => {
  const failing = failureOf(cause);
  expect(failing).toMatchObject({ failure: { kind: "unavailable", sent: true } });
  expect(failing).not.toMatchObject({ failure: { unconnected: true } });
});

test("a certificate that nobody trusts is met before anything is sent, but after a connection was made", () => {
  const failing = failureOf(coded("CERT_HAS_EXPIRED"));
  expect(failing).toMatchObject({
    failure: {
      sent: false,
      reason: "No secure connection to the provider could be made (CERT_HAS_EXPIRED).",
    },
  });
  expect(failing).not.toMatchObject({ failure: { unconnected: true } });
});
