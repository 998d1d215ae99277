import { describe, expect, test } from "vitest";
import { connectRaw } from "./raw-http.ts";
import { listenApp } from "./world.ts";

const host = "Host: fovea\r\n";

describe("what is no HTTP request", () => {
  test.each([
    ["nonsense", "hello there\r\n\r\n", 400, "malformed_request"],
    ["a method that does not exist", `BREW /coffee HTTP/1.1\r\n${host}\r\n`, 400, "malformed_request"],
    ["a TLS handshake", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", 400, "malformed_request"],
    ["the first line of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request"],
    ["a broken header", `GET /health HTTP/1.1\r\n${host}no colon\r\n\r\n`, 400, "malformed_request"],
    [
      "a header that goes on in the next line",
      `GET / HTTP/1.1\r\n${host}X-A: 1\r\n 2\r\n\r\n`,
      400,
      "malformed_request",
    ],
    ["a zero byte in a header", `GET / HTTP/1.1\r\n${host}X-A: a\u0000b\r\n\r\n`, 400, "malformed_request"],
    ["no Host header", "GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "malformed_request"],
    [
      "two lengths, which a proxy may read otherwise (request smuggling)",
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      "malformed_request",
    ],
    [
      "two different Content-Length headers",
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      400,
      "malformed_request",
    ],
    [
      "headers beyond 16 KB",
      `GET /health HTTP/1.1\r\n${host}X-Padding: ${"x".repeat(17_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
  ])("%s is answered with the headers of every error", async (_what, bytes, status, code) => {
    const { baseUrl } = await listenApp();
    const connection = await connectRaw(baseUrl);
    connection.send(Buffer.from(bytes, "latin1"));
    const answer = await connection.answer();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "content-type": expect.stringMatching(/^application\/json/),
      "x-error-code": code,
      "x-request-id": expect.stringMatching(/^req-/),
      "x-content-type-options": "nosniff",
      connection: "close",
    });
    expect(JSON.parse(answer.body)).toEqual({ detail: expect.any(String) });
    await connection.closed;
  });

  test("a chunk that breaks in the middle of an upload is answered too", async () => {
    const { baseUrl, token } = await listenApp();
    const connection = await connectRaw(baseUrl);
    connection.send(
      `POST /api/v1/validate HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\n` +
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{\r\n\r\nnonsense\r\n",
    );
    const answer = await connection.answer();
    expect(answer.status).toBe(400);
    expect(answer.headers["x-error-code"]).toBe("malformed_request");
    await connection.closed;
  });

  test("does not disturb the others", async () => {
    const { baseUrl } = await listenApp();
    const broken = await connectRaw(baseUrl);
    broken.send("\r\n\r\nhello\r\n\r\n");
    await broken.closed;
    expect((await fetch(`${baseUrl}/health`)).status).toBe(200);
  });
});

test("a client that leaves in the middle of its upload leaves no error behind", async () => {
  const { baseUrl, token, log } = await listenApp();
  const connection = await connectRaw(baseUrl);
  connection.send(
    `POST /api/v1/validate HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\n` +
      "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
  );
  // A second request on another connection, answered, shows that the first has arrived.
  await fetch(`${baseUrl}/health`);
  connection.socket.destroy();
  await connection.closed;
  expect((await fetch(`${baseUrl}/health`)).status).toBe(200);
  expect(log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

test.each([
  [401, "/api/v1/process", () => "Content-Type: application/json\r\n"],
  [413, "/sign-in", () => "Content-Type: application/x-www-form-urlencoded\r\n"],
  [
    415,
    "/api/v1/validate",
    (token: string) => `Content-Type: text/xml\r\nAuthorization: Bearer ${token}\r\n`,
  ],
] as const)(
  "a client that is refused with %i and sends its whole body all the same reads the answer",
  async (status, path, headers) => {
    const { baseUrl, token } = await listenApp();
    const connection = await connectRaw(baseUrl);
    const bytes = 8 * 1024 * 1024;
    connection.send(`POST ${path} HTTP/1.1\r\n${host}${headers(token)}Content-Length: ${bytes}\r\n\r\n`);
    expect((await connection.answer()).status).toBe(status);
    connection.send(Buffer.alloc(bytes, " "));
    connection.send(`GET /health HTTP/1.1\r\n${host}\r\n`);
    expect((await connection.answer()).status).toBe(200);
  },
);

test("HTTP/1.0 without keep-alive is answered and closed", async () => {
  const { baseUrl } = await listenApp();
  const connection = await connectRaw(baseUrl);
  connection.send("GET /health HTTP/1.0\r\n\r\n");
  expect((await connection.answer()).status).toBe(200);
  await connection.closed;
});

test("an expectation that nobody knows is refused, and 100-continue is met before the body", async () => {
  const { baseUrl, token } = await listenApp();
  const odd = await connectRaw(baseUrl);
  odd.send(`GET /health HTTP/1.1\r\n${host}Expect: miracles\r\n\r\n`);
  const refused = await odd.answer();
  expect(refused.status).toBe(417);
  expect(refused.headers["x-error-code"]).toBe("expectation_failed");
  const usual = await connectRaw(baseUrl);
  usual.send(
    `POST /api/v1/validate HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
  );
  expect((await usual.answer()).status).toBe(100);
  usual.send("{}");
  expect((await usual.answer()).status).toBe(422);
});
