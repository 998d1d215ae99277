import { describe, expect, test } from "vitest";

import { listenApp, startApp } from "./world.ts";

describe("BASE_PATH", () => {
  const env = { BASE_PATH: "/team/images/" };

  test("is in front of every route, and nothing is left without it", async () => {
    const { app, token } = await startApp(env);
    for (const { path } of app.routes) expect(path).toMatch(/^(\/team\/images(\/|$)|\*$)/);
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.http.inject({ url: "/team/images/api/v1/providers", headers })).statusCode).toBe(200);
    expect((await app.http.inject({ url: "/team/images/health" })).statusCode).toBe(200);
    expect((await app.http.inject({ url: "/team/images" })).statusCode).toBe(200);
    for (const url of ["/health", "/api/v1/providers", "/docs", "/", "/team", "/team/imagesX/health"]) {
      expect((await app.http.inject({ url, headers })).statusCode).toBe(404);
    }
  });

  test("errors below it are worded by the API, those beside it by nobody", async () => {
    const { app } = await startApp(env);
    const error = async (url: string) => (await app.http.inject({ url })).json();
    expect(await error("/team/images/api/v1/jobs/1")).toHaveProperty("request_id");
    expect(await error("/team/images/api/v1/process")).toMatchObject({ error: "method_not_allowed" });
    expect(await error("/team/images/api/icons/generate")).toMatchObject({ success: false, metadata: {} });
    expect(await error("/team/imagesX/api/v1/jobs/1")).toEqual({ detail: "Not Found" });
  });

  test("the document names it as its server, with paths that count from there", async () => {
    const { app } = await startApp(env);
    const document = (await app.http.inject({ url: "/team/images/openapi.json" })).json();
    expect(document.servers).toEqual([{ url: "/team/images" }]);
    expect(Object.keys(document.paths)).toContain("/api/v1/process");
    expect(Object.keys(document.paths).join()).not.toContain("/team");
  });

  test("the docs page and the start page stay below it", async () => {
    const { app } = await startApp(env);
    const page = await app.http.inject({ url: "/team/images/docs" });
    expect(page.statusCode).toBe(200);
    for (const [, address = ""] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(address).toMatch(/^\/team\/images\/docs\//);
      expect((await app.http.inject({ url: address })).statusCode).toBe(200);
    }
    const start = await app.http.inject({ url: "/team/images/", headers: { accept: "text/html" } });
    expect(start.body).toContain('action="/team/images/upload"');
    const told = await app.http.inject({ url: "/team/images/" });
    expect(told.json()).toMatchObject({ docs: "/team/images/docs", openapi: "/team/images/openapi.json" });
  });

  test("signing in stays below it: the redirect, the form, the cookie and the way back", async () => {
    const { app, token } = await startApp({ ...env, AUTH: "all", API_KEY: "k" });
    const wanted = "/team/images/docs?x=1";
    const sent = await app.http.inject({ url: wanted, headers: { accept: "text/html" } });
    expect(sent.statusCode).toBe(303);
    expect(sent.headers["location"]).toBe(`/team/images/sign-in?next=${encodeURIComponent(wanted)}`);
    const form = await app.http.inject({ url: String(sent.headers["location"]) });
    expect(form.body).toContain('action="/team/images/sign-in"');
    const signedIn = await app.http.inject({
      method: "POST",
      url: "/team/images/sign-in",
      headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
      payload: new URLSearchParams({ credential: token, next: wanted }).toString(),
    });
    expect(signedIn.headers["location"]).toBe(wanted);
    expect(String(signedIn.headers["set-cookie"])).toContain("Path=/team/images;");
  });
});

describe("PORTS", () => {
  test("serves the same app on all of them, and closes them together", async () => {
    const { app } = await startApp({ PORTS: "0,0" });
    const { port, ports } = await app.listen();
    expect(new Set(ports).size).toBe(3);
    expect(ports[0]).toBe(port);
    for (const each of ports) {
      const answer = await fetch(`http://127.0.0.1:${each}/health`);
      expect(await answer.json()).toMatchObject({ status: "healthy" });
      const unknown = await fetch(`http://127.0.0.1:${each}/api/v1/nothing/1`);
      expect([unknown.status, unknown.headers.get("x-error-code")]).toEqual([404, "not_found"]);
    }
    await app.close(0);
    for (const each of ports) await expect(fetch(`http://127.0.0.1:${each}/health`)).rejects.toThrow();
  });

  test("PORT may be listed among them, as one lists all four documented ports", async () => {
    const first = await listenApp();
    const { port } = new URL(first.baseUrl);
    await first.app.close(0);
    const { app } = await startApp({ PORT: port, PORTS: `${port},0` });
    expect((await app.listen()).ports).toHaveLength(2);
  });

  test.each(["PORT", "PORTS", "METRICS_PORT"])(
    "a %s that is taken is named, and nothing stays open",
    async (name) => {
      const { baseUrl } = await listenApp();
      const { port } = new URL(baseUrl);
      const { app } = await startApp({ [name]: port });
      await expect(app.listen()).rejects.toMatchObject({
        code: "cannot_listen",
        message: `Port ${port} on 127.0.0.1 is in use by another program; stop that one, or set ${name} to another port.`,
      });
      expect(app.http.server.listening).toBe(false);
    },
  );

  test("an address that is not this machine's is told with the variable to change", async () => {
    const { app } = await startApp({ HOST: "192.0.2.1", API_KEY: "k" });
    await expect(app.listen()).rejects.toMatchObject({ code: "cannot_listen", message: /set HOST to one/ });
  });
});

test("HOST=localhost answers on both loopback addresses, and closing waits for neither", async () => {
  const { app } = await startApp({ HOST: "localhost" });
  const { port } = await app.listen();
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  await fetch(`http://[::1]:${port}/health`).catch((error: unknown) => {
    // A machine without IPv6 has only the one.
    expect(String((error as Error).cause)).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT|ENETUNREACH|ECONNREFUSED/);
  });
  await app.close(60_000);
});

describe("TRUST_PROXY", () => {
  const seen = async (env: Record<string, string>, headers: Record<string, string>, from = "10.0.0.5") => {
    const { app, log } = await startApp(env, ({ http }) => {
      http.get("/seen", { config: { access: "public" } }, async ({ ip, protocol, host }) => ({
        ip,
        protocol,
        host,
      }));
    });
    const answer = await app.http.inject({ url: "/seen", headers, remoteAddress: from });
    const { ip } = answer.json();
    expect(log.at(-1)).toMatchObject({ msg: "request", ip });
    return answer.json();
  };
  const forwarded = {
    host: "inside:8000",
    "x-forwarded-for": "198.51.100.7, 192.0.2.1",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "images.example",
  };

  test("believes a proxy in its ranges", async () => {
    expect(await seen({ TRUST_PROXY: "10.0.0.0/8" }, forwarded)).toEqual({
      ip: "192.0.2.1",
      protocol: "https",
      host: "images.example",
    });
  });

  test("believes nobody else", async () => {
    const own = { protocol: "http", host: "inside:8000" };
    expect(await seen({ TRUST_PROXY: "10.0.0.0/8" }, forwarded, "192.0.2.9")).toEqual({
      ip: "192.0.2.9",
      ...own,
    });
    expect(await seen({}, forwarded)).toEqual({ ip: "10.0.0.5", ...own });
  });
});

test("two services live in one process and know nothing of each other", async () => {
  const [one, other] = [await startApp({ API_KEY: "one", AUTH: "all" }), await startApp({ AUTH: "off" })];
  expect((await one.app.http.inject({ url: "/openapi.json" })).statusCode).toBe(401);
  expect((await other.app.http.inject({ url: "/openapi.json" })).statusCode).toBe(200);
  const headers = { authorization: `Bearer ${other.token}` };
  expect((await one.app.http.inject({ url: "/openapi.json", headers })).statusCode).toBe(401);
});
