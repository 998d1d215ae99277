import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { answerClientError } from "./client-error.ts";

/** What a client reads whose connection failed with an error. */
async function readAfter(error: object, before: (socket: Socket) => void = () => {}): Promise<string> {
  const server = createServer((socket) => {
    before(socket);
    answerClientError(Object.assign(new Error("a detail of ours"), error), socket);
    socket.end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return text(connect(address.port, "127.0.0.1"));
}

test.each([
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout", "request_timeout"],
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large", "headers_too_large"],
  ["HPE_INVALID_METHOD", "400 Bad Request", "malformed_request"],
])("%s is answered with %s", async (code, status, told) => {
  const [head = "", body = ""] = (await readAfter({ code })).split("\r\n\r\n");
  expect(head).toContain(`HTTP/1.1 ${status}\r\n`);
  expect(head).toContain(`X-Error-Code: ${told}\r\n`);
  expect(head).toMatch(/X-Request-ID: req-[0-9a-f-]{36}\r\n/);
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
  expect(JSON.parse(body)).toEqual({ detail: expect.any(String) });
  expect(body).not.toContain("a detail of ours");
});

test("a client that is gone is not answered", async () => {
  expect(await readAfter({ code: "ECONNRESET" })).toBe("");
});

test("nothing is written behind an answer that is finished", async () => {
  expect(await readAfter({ code: "HPE_INVALID_METHOD" }, (socket) => void socket.end("done"))).toBe("done");
});
