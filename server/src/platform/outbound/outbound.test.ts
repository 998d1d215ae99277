import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import {
  limits,
  serveBytes,
  serveHttp,
  serveSilence,
  setup,
  startCanary,
  unusedPort,
} from "./testing/servers.ts";

/** A server that answers when it is told to. */
async function serveLater() {
  const exchanges: { request: IncomingMessage; response: ServerResponse }[] = [];
  const waiting: (() => void)[] = [];
  const server = await serveHttp((request, response) => {
    exchanges.push({ request, response });
    waiting.shift()?.();
  });
  /** The exchange of that number, once its request has arrived. */
  async function arrival(index: number) {
    while (exchanges[index] === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    return exchanges[index];
  }
  return { ...server, arrival };
}

describe("an answer", () => {
  test("comes back with its status, headers, final URL and bytes", async () => {
    const seen: IncomingMessage[] = [];
    const { origin } = await serveHttp((request, response) => {
      seen.push(request);
      response.setHeader("ETag", '"1"');
      response.setHeader("X-Many", ["a", "b"]);
      response.end(Buffer.from([0, 255, 1]));
    });
    const { fetch } = setup();
    const response = await fetch(`${origin}/a%20b?c=d#e`, { headers: { "If-None-Match": '"0"' } });
    expect(response).toMatchObject({ status: 200, url: `${origin}/a%20b?c=d` });
    expect(response.headers).toMatchObject({ etag: '"1"', "x-many": "a, b" });
    expect([...response.bytes]).toEqual([0, 255, 1]);
    expect(seen[0]?.url).toBe("/a%20b?c=d");
    expect(seen[0]?.headers).toMatchObject({
      "if-none-match": '"0"',
      "accept-encoding": "identity",
      "user-agent": "fovea",
    });
  });

  test("is had by a POST with a body, too", async () => {
    const { origin } = await serveHttp((request, response) => void request.pipe(response));
    const { fetch } = setup();
    const response = await fetch(origin, { method: "POST", body: "event" });
    expect(String(response.bytes)).toBe("event");
  });

  test("of any status but a redirect is an answer, and a long error page is cut", async () => {
    const { origin } = await serveHttp((_request, response) => {
      response.statusCode = 404;
      response.end(Buffer.alloc(200_000, "x"));
    });
    const { fetch } = setup();
    const response = await fetch(origin, { limits: { ...limits, maxBytes: 100_000 } });
    expect([response.status, response.bytes.length]).toEqual([404, 65_536]);
  });
});

describe("connections", () => {
  test("are kept for the next request to the same origin", async () => {
    const { origin, connections } = await serveHttp((_request, response) => void response.end("ok"));
    // Left a choice, undici makes a second one when it is asked again within the same turn of the event loop.
    const { fetch } = setup({ connectionsPerOrigin: 1 });
    for (let count = 0; count < 5; count += 1) await fetch(origin);
    expect(connections()).toBe(1);
  });

  test("to one origin are bounded, and further requests wait for one", async () => {
    const { origin, connections, arrival } = await serveLater();
    const { fetch } = setup({ connectionsPerOrigin: 2 });
    const fetches = Array.from({ length: 6 }, () => fetch(origin));
    for (let index = 0; index < 6; index += 1) (await arrival(index)).response.end("ok");
    expect((await Promise.all(fetches)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(connections()).toBe(2);
  });

  test("are made past any proxy of the environment", async () => {
    const proxy = await startCanary(["127.0.0.1"]);
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]) {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    }
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    try {
      const { origin } = await serveHttp((_request, response) => void response.end("direct"));
      const { fetch } = setup();
      expect(String((await fetch(origin)).bytes)).toBe("direct");
      expect(await proxy.settledConnections()).toBe(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("fall back on the other address of a host that listens on one of them", async () => {
    const { port } = await serveHttp((_request, response) => void response.end("six"), { host: "::1" });
    const { fetch } = setup();
    expect(String((await fetch(`http://localhost:${port}/`)).bytes)).toBe("six");
  });

  test("that nobody takes are refused", async () => {
    const { codeOf } = setup();
    expect(await codeOf(`http://127.0.0.1:${await unusedPort()}/`)).toBe("connection_refused");
  });

  test("that take too long to make end after connectMs", async () => {
    const { port } = await serveSilence();
    const { codeOf } = setup();
    const short = { limits: { ...limits, connectMs: 100 } };
    expect(await codeOf(`https://127.0.0.1:${port}/`, short)).toBe("connection_timeout");
  });
});

describe("a host name", () => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error("lookup"), { code });
  };

  test("that does not exist is told from a resolver that fails", async () => {
    expect(await setup({ resolve: failing("ENOTFOUND") }).codeOf("http://a.test/")).toBe("dns_failure");
    expect(await setup({ resolve: failing("EAI_AGAIN") }).codeOf("http://a.test/")).toBe("dns_unavailable");
  });

  test("that is never looked up ends after connectMs", async () => {
    const { codeOf } = setup({ resolve: () => new Promise(() => {}) });
    const short = { limits: { ...limits, connectMs: 100 } };
    expect(await codeOf("http://a.test/", short)).toBe("dns_unavailable");
  });
});

describe("a server that is slow", () => {
  // Its request has to be there by then, also where the process does not run for a moment.
  const short = { limits: { ...limits, totalMs: 1_000 } };

  test("with its headers ends after totalMs, and its connection is closed", async () => {
    const { origin, arrival } = await serveLater();
    const { codeOf } = setup();
    const code = codeOf(origin, short);
    await once((await arrival(0)).response, "close");
    expect(await code).toBe("response_timeout");
  });

  test("with its body ends after totalMs, however steadily it trickles", async () => {
    const { origin, arrival } = await serveLater();
    const { codeOf } = setup();
    const code = codeOf(origin, short);
    const { response } = await arrival(0);
    const trickle = setInterval(() => response.write("x"), 5);
    await once(response, "close");
    clearInterval(trickle);
    expect(await code).toBe("response_timeout");
  });

  test("with every hop of its redirects ends after totalMs of all of them", async () => {
    const { origin, arrival } = await serveLater();
    const { codeOf } = setup();
    const code = codeOf(origin, short);
    (await arrival(0)).response.writeHead(302, { location: "/next" }).end();
    await once((await arrival(1)).response, "close");
    expect(await code).toBe("response_timeout");
  });
});

describe("a caller that leaves", () => {
  test("while the server thinks gets its answer at once, and the connection is closed", async () => {
    const { origin, arrival } = await serveLater();
    const { codeOf } = setup();
    const leaving = new AbortController();
    const code = codeOf(origin, { signal: leaving.signal });
    const { response } = await arrival(0);
    leaving.abort();
    expect(await code).toBe("cancelled");
    await once(response, "close");
  });

  test("in the middle of a body closes the connection", async () => {
    const { origin, arrival } = await serveLater();
    const { codeOf } = setup();
    const leaving = new AbortController();
    const code = codeOf(origin, { signal: leaving.signal });
    const { response } = await arrival(0);
    response.write("begun");
    leaving.abort();
    expect(await code).toBe("cancelled");
    await once(response, "close");
  });

  test("while its connection is being made does not wait for it", async () => {
    const { promise: looking, resolve: look } = Promise.withResolvers<void>();
    const { codeOf } = setup({
      resolve() {
        look();
        return new Promise(() => {});
      },
    });
    const leaving = new AbortController();
    const code = codeOf("http://a.test/", { signal: leaving.signal });
    await looking;
    leaving.abort();
    expect(await code).toBe("cancelled");
  });

  test("while it waits for a connection sends nothing", async () => {
    const { origin, arrival } = await serveLater();
    const { fetch, codeOf } = setup({ connectionsPerOrigin: 1 });
    const leaving = new AbortController();
    const first = fetch(`${origin}/first`);
    const { response } = await arrival(0);
    const code = codeOf(`${origin}/left`, { signal: leaving.signal });
    const third = fetch(`${origin}/third`);
    leaving.abort();
    expect(await code).toBe("cancelled");
    response.end("ok");
    const next = await arrival(1);
    expect(next.request.url).toBe("/third");
    next.response.end("ok");
    expect([(await first).status, (await third).status]).toEqual([200, 200]);
  });

  test("before it asks opens no connection", async () => {
    const canary = await startCanary();
    const { codeOf } = setup();
    expect(await codeOf(`http://127.0.0.1:${canary.port}/`, { signal: AbortSignal.abort() })).toBe(
      "cancelled",
    );
    expect(await canary.settledConnections()).toBe(0);
  });
});

describe("closing", () => {
  test("ends what is under way, and what is asked for later", async () => {
    const { origin, arrival } = await serveLater();
    const { promise: dialling, resolve: dialled } = Promise.withResolvers<Socket>();
    const silence = await serveSilence(dialled);
    const { outbound, codeOf } = setup();
    // Its own time for a connection must not be what ends it.
    const patient = { limits: { ...limits, connectMs: 600_000, totalMs: 600_000 } };
    const codes = [codeOf(origin), codeOf(`https://127.0.0.1:${silence.port}/`, patient)];
    const closed = [once((await arrival(0)).response, "close"), once((await dialling).resume(), "close")];
    await outbound.close();
    expect(await Promise.all(codes)).toEqual(["cancelled", "cancelled"]);
    await Promise.all(closed);
    // With a pool of the time before, and where a new one would be made.
    for (const request of [{}, { limits: { ...limits, connectMs: 1234 } }]) {
      expect(await codeOf(origin, request)).toBe("cancelled");
    }
  });
});

describe("a server that does not speak HTTP", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  test.each([
    ["of another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "invalid_response"],
    ["with a broken header", `${ok}bad header\r\n\r\n`, "invalid_response"],
    ["with two lengths", `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, "invalid_response"],
    [
      "with a length and chunks",
      `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx`,
      "invalid_response",
    ],
    ["with a broken chunk", `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, "invalid_response"],
    ["with endless headers", `${ok}X: ${"a".repeat(40_000)}\r\n\r\n`, "invalid_response"],
    ["with many headers", `${ok}${"X-Y: z\r\n".repeat(12_000)}\r\n`, "invalid_response"],
    [
      "that switches protocols",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "invalid_response",
    ],
    ["that continues unasked", `HTTP/1.1 100 Continue\r\n\r\n${ok}\r\n`, "invalid_response"],
    [
      "that never ends its hints",
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(11),
      "invalid_response",
    ],
  ])("%s: %j", async (_what, text, code) => {
    const { port } = await serveBytes(text);
    const { codeOf } = setup();
    expect(await codeOf(`http://127.0.0.1:${port}/`)).toBe(code);
  });

  test.each([
    ["at once", ""],
    ["within its headers", `${ok}Content-`],
    ["before the length it declared", `${ok}Content-Length: 10\r\n\r\nhalf`],
    ["within a chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhal`],
    ["within a chunk, as announced", `${ok}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal`],
    ["before its length, as announced", `${ok}Connection: close\r\nContent-Length: 9\r\n\r\nhal`],
    ["before the last chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
  ])("that hangs up %s: %j", async (_when, text) => {
    const { port } = await serveBytes(text, { hangUp: true });
    const { codeOf } = setup();
    expect(await codeOf(`http://127.0.0.1:${port}/`)).toBe("connection_reset");
  });

  test("may give a few hints before its answer", async () => {
    const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(3);
    const { port } = await serveBytes(`${hints}${ok}Content-Length: 2\r\n\r\nok`);
    const { fetch } = setup();
    expect(String((await fetch(`http://127.0.0.1:${port}/`)).bytes)).toBe("ok");
  });

  test("has nothing of what it said in the error", async () => {
    const { port } = await serveBytes("HTTP/1.1 200 OK\r\nsecret-of-the-network\r\n\r\n");
    const { fetch } = setup();
    const error = await fetch(`http://127.0.0.1:${port}/`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(inspect(error, { showHidden: true, depth: null })).not.toContain("secret");
  });
});
