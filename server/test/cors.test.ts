import { describe, expect, test } from "vitest";
import { factHeaders } from "../src/features/prepare/fact-headers.ts";
import { startApp, type World } from "./world.ts";

const production = { ENVIRONMENT: "production", HOST: "0.0.0.0", API_KEY: "k" };

const preflight = ({ app }: World, origin: string, url = "/api/v1/process") =>
  app.http.inject({
    method: "OPTIONS",
    url,
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });

const listed = (header: unknown) => String(header).split(", ");

/** The origin that an answer lets read it. */
async function allowedOrigin(world: World, origin: string): Promise<unknown> {
  const answer = await world.app.http.inject({ url: "/health", headers: { origin } });
  const asked = await preflight(world, origin);
  expect(asked.headers["access-control-allow-origin"]).toBe(answer.headers["access-control-allow-origin"]);
  return answer.headers["access-control-allow-origin"];
}

describe("a preflight", () => {
  test("needs no credential and allows what the documents' clients and the additions send", async () => {
    const world = await startApp({ AUTH: "all", API_KEY: "k" });
    const answer = await preflight(world, "http://localhost:5173");
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe("");
    expect(listed(answer.headers["access-control-allow-headers"])).toEqual(
      expect.arrayContaining([
        "Authorization",
        "Content-Type",
        "X-API-Key",
        "X-Correlation-ID",
        "Idempotency-Key",
        "Last-Event-ID",
        "Prefer",
      ]),
    );
    expect(listed(answer.headers["access-control-allow-methods"])).toEqual(
      expect.arrayContaining(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    );
    expect(answer.headers["access-control-max-age"]).toBe("600");
  });

  test("works for addresses that are not there, so that the 404 can be read", async () => {
    expect((await preflight(await startApp(), "http://localhost", "/nothing")).statusCode).toBe(204);
  });

  test("an OPTIONS that is none is answered all the same", async () => {
    const { app } = await startApp();
    const answer = await app.http.inject({ method: "OPTIONS", url: "/api/v1/process" });
    expect(answer.statusCode).toBe(204);
  });

  test("no cookie of this service is lent to another origin", async () => {
    const answer = await preflight(await startApp(), "http://localhost:5173");
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

test("scripts of other origins may read ETag, limits, correlation and every fact header", async () => {
  const { app } = await startApp();
  const { headers } = await app.http.inject({ url: "/health", headers: { origin: "http://localhost" } });
  expect(listed(headers["access-control-expose-headers"])).toEqual(
    expect.arrayContaining([
      "X-Polling-Interval",
      "X-Correlation-ID",
      "X-Request-ID",
      "X-Error-Code",
      "X-Image-Process-Time",
      "Content-Disposition",
      "ETag",
      "Retry-After",
      "X-RateLimit-Limit",
      "X-RateLimit-Remaining",
      "X-RateLimit-Reset",
      ...factHeaders,
    ]),
  );
});

describe("whose scripts may call", () => {
  test.each([
    "http://localhost",
    "http://localhost:5173",
    "https://localhost:8443",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
  ])("in development %s", async (origin) => {
    expect(await allowedOrigin(await startApp(), origin)).toBe(origin);
  });

  test.each([
    "https://app.example",
    "http://localhost.evil.example",
    "http://evil.example/localhost",
    "http://127.0.0.1.evil.example",
    "http://notlocalhost:80",
    "null",
  ])("in development not %s", async (origin) => {
    expect(await allowedOrigin(await startApp(), origin)).toBeUndefined();
  });

  test("in production nobody's, unless CORS_ORIGINS names them", async () => {
    const world = await startApp(production);
    expect(await allowedOrigin(world, "http://localhost:3000")).toBeUndefined();
    expect(await allowedOrigin(world, "https://app.example")).toBeUndefined();
  });

  test("with CORS_ORIGINS exactly those", async () => {
    const world = await startApp({
      ...production,
      CORS_ORIGINS: "https://app.example, https://other.example:8443",
    });
    expect(await allowedOrigin(world, "https://app.example")).toBe("https://app.example");
    expect(await allowedOrigin(world, "https://other.example:8443")).toBe("https://other.example:8443");
    expect(await allowedOrigin(world, "https://other.example")).toBeUndefined();
    expect(await allowedOrigin(world, "http://app.example")).toBeUndefined();
    expect(await allowedOrigin(world, "https://sub.app.example")).toBeUndefined();
  });

  test("with CORS_ORIGINS=* everybody's", async () => {
    const world = await startApp({ ...production, CORS_ORIGINS: "*" });
    expect(await allowedOrigin(world, "https://anywhere.example")).toBe("*");
  });

  test("answers that differ by origin say so to caches", async () => {
    const { app } = await startApp();
    const { headers } = await app.http.inject({ url: "/openapi.json" });
    expect(listed(headers["vary"])).toContain("Origin");
  });
});

describe("every answer, errors too,", () => {
  const answers = async () => {
    const { app, token } = await startApp({}, ({ http }) => {
      http.get("/crash", { config: { access: "public" } }, async () => {
        throw new Error("a bug");
      });
    });
    const headers = { origin: "http://localhost:3000" };
    const authorized = { ...headers, authorization: `Bearer ${token}`, "content-type": "application/json" };
    const post = { method: "POST", url: "/api/v1/validate" } as const;
    return {
      ok: await app.http.inject({ url: "/health", headers }),
      page: await app.http.inject({ url: "/docs", headers }),
      "sign-in page": await app.http.inject({ url: "/sign-in", headers }),
      script: await app.http.inject({ url: "/docs/static/swagger-ui.css", headers }),
      redirect: await app.http.inject({
        url: "/sign-out",
        method: "POST",
        headers: { ...headers, "sec-fetch-site": "same-origin" },
      }),
      "start page": await app.http.inject({ url: "/", headers: { ...headers, accept: "text/html" } }),
      preflight: await app.http.inject({ method: "OPTIONS", url: "/health", headers }),
      401: await app.http.inject({ ...post, headers }),
      404: await app.http.inject({ url: "/nothing", headers }),
      405: await app.http.inject({ method: "DELETE", url: "/health", headers }),
      415: await app.http.inject({
        ...post,
        headers: { ...authorized, "content-type": "text/xml" },
        payload: "x",
      }),
      422: await app.http.inject({ ...post, headers: authorized, payload: "{" }),
      500: await app.http.inject({ url: "/crash", headers }),
    };
  };

  test("can be read by a browser application", async () => {
    for (const [what, { headers }] of Object.entries(await answers())) {
      expect([what, headers["access-control-allow-origin"]]).toEqual([what, "http://localhost:3000"]);
      expect([what, headers["access-control-expose-headers"]]).toEqual([what, expect.any(String)]);
    }
  });

  test("is not sniffed, framed or told of in a referrer", async () => {
    for (const [what, { headers }] of Object.entries(await answers())) {
      expect({ what, ...headers }).toMatchObject({
        what,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": what === "sign-in page" || what === "start page" ? "same-origin" : "no-referrer",
      });
      expect(headers).not.toHaveProperty("x-powered-by");
      expect(headers).not.toHaveProperty("server");
    }
  });

  test("that is a page has a content policy that allows nothing from elsewhere", async () => {
    const { page, "sign-in page": signIn, "start page": start } = await answers();
    for (const { headers } of [page, signIn, start]) {
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    }
  });
});

describe("a page of another site", () => {
  const post = (world: World, headers: Record<string, string>) =>
    world.app.http.inject({ method: "POST", url: "/api/v1/batches/none/start", headers });
  const stranger = "https://stranger.example";

  test("changes nothing where no credential is asked for", async () => {
    const world = await startApp();
    for (const headers of [{ origin: stranger }, { origin: stranger, "sec-fetch-site": "cross-site" }]) {
      const answer = await post(world, headers);
      expect([answer.statusCode, answer.headers["x-error-code"]]).toEqual([403, "origin_not_allowed"]);
    }
  });

  test("may where its origin is configured, and so may our own page and whatever is no page", async () => {
    const world = await startApp({ CORS_ORIGINS: stranger });
    const own = { origin: "http://localhost:80", "sec-fetch-site": "same-origin" };
    for (const headers of [{ origin: stranger, "sec-fetch-site": "cross-site" }, own, {}]) {
      expect((await post(world, headers)).headers["x-error-code"]).toBe("batch_not_found");
    }
  });

  test("may read, as far as its browser lets it", async () => {
    const answer = await (await startApp()).app.http.inject({
      url: "/api/v1/batches",
      headers: { origin: stranger, "sec-fetch-site": "cross-site" },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});
