import type { IncomingMessage, RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { selfSigned, trust } from "./testing/certificates.ts";
import { limits, serveHttp, serveHttps, setup, startCanary } from "./testing/servers.ts";

/** Redirects `/` with that status and location; says at any other path how it was asked. */
const redirectTo =
  (location: string, status = 302): RequestListener =>
  (request, response) => {
    if (request.url === "/") response.writeHead(status, { location }).end("moved");
    else request.pipe(response.setHeader("x-asked", `${request.method} ${request.url}`));
  };

describe("a redirect", () => {
  test.each([
    [301, "GET"],
    [302, "GET"],
    [303, "GET"],
    [307, "POST"],
    [308, "POST"],
  ])("of status %i makes of a POST a %s", async (status, method) => {
    const { origin } = await serveHttp(redirectTo("/next?a=b", status));
    const { fetch } = setup();
    const response = await fetch(origin, { method: "POST", body: "body" });
    expect(response.headers["x-asked"]).toBe(`${method} /next?a=b`);
    expect(String(response.bytes)).toBe(method === "POST" ? "body" : "");
    expect(response.url).toBe(`${origin}/next?a=b`);
  });

  test("keeps its connection where the origin stays the same", async () => {
    const { origin, connections } = await serveHttp(redirectTo("next"));
    const { fetch } = setup({ connectionsPerOrigin: 1 });
    expect((await fetch(origin)).url).toBe(`${origin}/next`);
    expect(connections()).toBe(1);
  });

  test("to a path in UTF-8 is followed as browsers do", async () => {
    const utf8 = Buffer.from("/bücher.png").toString("latin1");
    const { origin } = await serveHttp(redirectTo(utf8));
    const { fetch } = setup();
    expect((await fetch(origin)).url).toBe(`${origin}/b%C3%BCcher.png`);
  });

  test("takes no secret to another origin", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const other = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const { origin } = await serveHttp((request, response) => {
      seen.push(request.headers);
      const location = request.url === "/" ? "/same" : `${other.origin}/other`;
      response.writeHead(307, { location }).end();
    });
    const secrets = {
      authorization: "Bearer s",
      cookie: "s=1",
      "x-api-key": "s",
      "webhook-signature": "v1,s",
    };
    const { fetch } = setup();
    await fetch(origin, { headers: { ...secrets, Accept: "image/*" } });
    const [first, same, across] = seen;
    expect(first).toMatchObject({ ...secrets, accept: "image/*" });
    expect(same).toMatchObject(secrets);
    expect(across).toMatchObject({ accept: "image/*", "user-agent": "fovea" });
    for (const name of Object.keys(secrets)) expect(across).not.toHaveProperty(name);
  });

  test("that turns in a circle ends after as many hops as are allowed", async () => {
    let asked = 0;
    const { origin } = await serveHttp((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: "/" }).end();
    });
    const { codeOf } = setup();
    expect(await codeOf(origin, { limits: { ...limits, maxRedirects: 3 } })).toBe("too_many_redirects");
    expect(asked).toBe(4);
    expect(await codeOf(origin, { limits: { ...limits, maxRedirects: 0 } })).toBe("too_many_redirects");
    expect(asked).toBe(5);
  });

  test("without a destination is invalid", async () => {
    const { origin } = await serveHttp((_request, response) => void response.writeHead(302).end());
    const { codeOf } = setup();
    expect(await codeOf(origin)).toBe("invalid_redirect");
  });

  test("of no redirecting status is an answer", async () => {
    const { origin } = await serveHttp(redirectTo("/next", 300));
    const { fetch } = setup();
    expect((await fetch(origin)).status).toBe(300);
  });

  test.each([
    ["http://127.0.0.1:PORT/", "blocked_address"],
    ["//127.0.0.1:PORT/", "blocked_address"],
    ["http://2130706433:PORT/", "blocked_address"],
    ["http://[::1]:PORT/", "blocked_address"],
    ["http://[::ffff:127.0.0.1]:PORT/", "blocked_address"],
    ["http://0.0.0.0:PORT/", "blocked_address"],
    ["http://localhost:PORT/", "blocked_address"],
    ["http://internal.test:PORT/", "blocked_address"],
    ["http://169.254.169.254/latest/meta-data/", "blocked_address"],
    ["http://user:password@127.0.0.2:PORT/", "invalid_redirect"],
    ["http://127.0.0.2:22/", "invalid_redirect"],
    ["http://[", "invalid_redirect"],
    ["file:///etc/passwd", "invalid_redirect"],
    ["ftp://127.0.0.2/", "invalid_redirect"],
    ["data:image/png;base64,AAAA", "invalid_redirect"],
    ["javascript:alert(1)", "invalid_redirect"],
  ])("from an allowed host to %s is not followed", async (location, code) => {
    const canary = await startCanary();
    const { origin } = await serveHttp(redirectTo(location.replace("PORT", `${canary.port}`)), {
      host: "127.0.0.2",
    });
    const { codeOf } = setup({
      allowPrivate: ["127.0.0.2"],
      resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    expect(await codeOf(origin)).toBe(code);
    expect(await canary.settledConnections()).toBe(0);
  });
});

describeWith("openssl", "a redirect between http and https", ({ path: openssl }) => {
  test("from https is not followed down to http, and the way up is", async () => {
    const certificate = selfSigned(openssl, "DNS:shop.test");
    trust(certificate.cert);
    const canary = await startCanary(["127.0.0.1"]);
    const plain = `http://shop.test:${canary.port}/`;
    const secure = await serveHttps(certificate, redirectTo(plain));
    const { port } = await serveHttp(redirectTo(`https://shop.test:${secure.port}/up`));
    const { fetch, codeOf } = setup({ resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
    expect(await codeOf(`https://shop.test:${secure.port}/`)).toBe("invalid_redirect");
    expect(await canary.settledConnections()).toBe(0);
    expect((await fetch(`http://shop.test:${port}/`)).headers["x-asked"]).toBe("GET /up");
    expect((await fetch(plain)).status).toBe(200);
  });
});
