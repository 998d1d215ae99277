import { describe, expect, test } from "vitest";
import { startApp } from "./world.ts";

const correlation = "order-17:retry/2";
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The body of an error in each API's words, as the reference documents print it. */
const bodies = {
  prepare: ({ code, message }: Told) => ({
    success: false,
    error: code,
    message,
    details: {},
    correlation_id: correlation,
    timestamp: isoTime,
  }),
  analysis: ({ code, message }: Told) => ({
    success: false,
    error: message,
    error_type: code,
    timestamp: isoTime,
  }),
  media: ({ message }: Told) => ({ detail: message, request_id: "req_order17:retry/2" }),
  icons: ({ code, message }: Told) => ({ message, error: code, metadata: {} }),
  catalog: ({ message }: Told) => ({ detail: message }),
  plain: ({ message }: Told) => ({ detail: message }),
} as const;

/** Addresses that do not exist (yet), below every prefix of every API. */
const addresses: Readonly<Record<keyof typeof bodies, readonly string[]>> = {
  prepare: [
    "/api/v1/process/again",
    "/api/v1/validate/1",
    "/api/v1/analyze/1",
    "/api/v1/thumbnail/1",
    "/api/v1/providers/claude",
    "/api/v1/models/1",
    "/api/v1/stats/today",
    "/health/unknown",
  ],
  analysis: [
    "/api/v1/batches/1/items",
    "/api/v1/batch/1/items",
    "/api/v1/export/nothing",
    "/api/v1/system/nothing",
    "/admin/queue/nothing",
    "/admin/batch/1/nothing",
    "/admin/nothing",
  ],
  media: ["/api/v1/jobs/1/nothing", "/api/v1/media/1/nothing", "/api/v1/health/nothing"],
  icons: ["/api/icons/nothing", "/api/images", "/api/icons/generate/nothing"],
  catalog: ["/api/v1/upload/1", "/api/v1/status/1/nothing", "/api/v1/webhook/nothing"],
  plain: [
    "/nothing",
    "/api",
    "/api/v1",
    "/api/v1/nothing",
    "/api/v1/processes",
    "/api/v1/batchesX",
    "/api/iconsX",
    "/healthz",
    "/batches",
  ],
};

const cases = Object.entries(addresses).flatMap(([dialect, paths]) =>
  paths.map((path) => ({ dialect: dialect as keyof typeof bodies, path })),
);

describe("an address that does not exist", () => {
  test.each(cases)("$path is a 404 in the words of: $dialect", async ({ dialect, path }) => {
    const { app } = await startApp();
    const answer = await app.http.inject({ url: path, headers: { "x-correlation-id": correlation } });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "x-error-code": "not_found",
      "x-request-id": correlation,
      "x-correlation-id": correlation,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    expect(answer.json()).toEqual(bodies[dialect]({ status: 404, code: "not_found", message: "Not Found" }));
  });

  const pages = ["/batch/1/nothing", "/system/status/nothing", "/export/nothing", "/upload/nothing"];

  test.each(pages)("%s is a page for a person", async (path) => {
    const { app } = await startApp();
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "x-correlation-id": "a-b" };
    const answer = await app.http.inject({ url: path, headers });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "x-error-code": "not_found",
      "x-request-id": "a-b",
    });
    expect(answer.body).toContain("<h1>404 Not Found</h1>");
    expect(answer.body).toContain("<p>Request a-b</p>");
  });

  test("an error page may load, run, send and frame nothing", async () => {
    const { app } = await startApp();
    const { headers } = await app.http.inject({ url: "/batch/1/nothing", headers: { accept: "text/html" } });
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  test.each(pages)("%s is JSON for whoever accepts JSON", async (path) => {
    const { app } = await startApp();
    const answer = await app.http.inject({ url: path, headers: { accept: "application/json" } });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual(bodies.analysis({ status: 404, code: "not_found", message: "Not Found" }));
  });

  test("double slashes, a slash at the end and an absolute address do not change the words", async () => {
    const { app } = await startApp();
    for (const url of [
      "//api//v1/jobs//1/",
      "/api/v1/jobs/1/?x=/api/icons",
      "http://elsewhere/api/v1/jobs/1",
    ]) {
      const answer = await app.http.inject({ url });
      expect(answer.json()).toHaveProperty("request_id");
    }
  });

  test("HEAD answers the same headers and no body", async () => {
    const { app } = await startApp();
    const answer = await app.http.inject({ method: "HEAD", url: "/api/v1/jobs/1/nothing" });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["x-error-code"]).toBe("not_found");
    expect(answer.body).toBe("");
  });
});

describe("a known address with the wrong method", () => {
  test.each([
    ["GET", "/api/v1/process", "POST"],
    ["HEAD", "/api/v1/validate/", "POST"],
    ["PUT", "/api/v1/providers?x=1", "GET, HEAD"],
    ["DELETE", "/health", "GET, HEAD"],
    ["PATCH", "/sign-in", "GET, HEAD, POST"],
    ["POST", "/docs/static/index.css", "GET, HEAD"],
    ["POST", "/", "GET, HEAD"],
  ] as const)("%s %s is a 405 that allows %s", async (method, url, allow) => {
    const { app } = await startApp();
    const answer = await app.http.inject({ method, url });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers).toMatchObject({ allow, "x-error-code": "method_not_allowed" });
    expect(answer.headers["x-request-id"]).toMatch(/^req-/);
  });

  test("is worded by its API", async () => {
    const { app } = await startApp();
    const headers = { "x-correlation-id": correlation };
    const answer = await app.http.inject({ method: "GET", url: "/api/v1/process", headers });
    const message = "This address answers POST only.";
    expect(answer.json()).toEqual(bodies.prepare({ status: 405, code: "method_not_allowed", message }));
  });

  test("a file that is not there is a 404, although files are read with GET", async () => {
    const { app } = await startApp();
    for (const url of [
      "/docs/static/nothing.js",
      "/docs/static/../../package.json",
      "/docs/static/%2e%2e/x",
    ]) {
      expect((await app.http.inject({ url })).statusCode).toBe(404);
    }
  });
});

describe("correlation ids", () => {
  const idOf = async (headers: Record<string, string>) => {
    const { app } = await startApp();
    const answer = await app.http.inject({ url: "/health", headers });
    expect(answer.headers["x-correlation-id"]).toBe(answer.headers["x-request-id"]);
    return answer.headers["x-request-id"];
  };

  test("one of the caller's comes back, also from an answer that is no error", async () => {
    expect(await idOf({ "x-correlation-id": "trace-1" })).toBe("trace-1");
    expect(await idOf({ "x-request-id": "gateway-2" })).toBe("gateway-2");
    expect(await idOf({ "x-request-id": "gateway-2", "x-correlation-id": "trace-1" })).toBe("trace-1");
  });

  test("a request without one gets a fresh one", async () => {
    const ids = [await idOf({}), await idOf({})];
    for (const id of ids) expect(id).toMatch(/^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test.each(["<script>", 'a"b', "a b", "ä", "x".repeat(129), "{}"])(
    "%j is not repeated: it ends in logs and pages",
    async (hostile) => {
      expect(await idOf({ "x-correlation-id": hostile })).toMatch(/^req-/);
    },
  );
});

describe("a crash", () => {
  const secret = "postgres://admin:hunter2@10.0.0.7/production in /srv/fovea/secrets.json";
  const message = "Something went wrong on our side; the request can be sent again.";

  /** An app in which one address of each API fails as a bug does. */
  const crashing = () =>
    startApp({}, ({ http }) => {
      for (const path of ["/api/v1/models/crash", "/admin/crash", "/api/v1/jobs/crash", "/api/icons/crash"]) {
        http.get(path, { config: { access: "public" } }, async () => {
          throw new Error(secret);
        });
      }
      http.get("/api/v1/status/crash", { config: { access: "public" } }, async () => {
        throw Object.assign(new Error(secret), { statusCode: 502, code: "ECONNREFUSED" });
      });
      http.get("/batch/crash", { config: { access: "public" } }, async () => Promise.reject(null));
      http.get("/crash", { config: { access: "public" } }, () => {
        throw secret;
      });
    });

  test.each([
    [
      "/api/v1/models/crash",
      "image_processing_failed",
      bodies.prepare({ status: 500, code: "image_processing_failed", message }),
    ],
    ["/admin/crash", "internal_error", bodies.analysis({ status: 500, code: "internal_error", message })],
    [
      "/api/v1/jobs/crash",
      "internal_error",
      { error: "Internal server error", message, request_id: "req_order17:retry/2" },
    ],
    ["/api/icons/crash", "internal_error", bodies.icons({ status: 500, code: "internal_error", message })],
    ["/api/v1/status/crash", "internal_error", { detail: message }],
    ["/batch/crash", "internal_error", bodies.analysis({ status: 500, code: "internal_error", message })],
    ["/crash", "internal_error", { detail: message }],
  ])("at %s is a plain 500 in the words of its API, with the code %s", async (url, code, body) => {
    const { app } = await crashing();
    const headers = { "x-correlation-id": correlation, accept: "application/json" };
    const answer = await app.http.inject({ url, headers });
    expect(answer.statusCode).toBe(500);
    expect(answer.headers).toMatchObject({ "x-error-code": code, "x-request-id": correlation });
    expect(answer.json()).toEqual(body);
    expect(JSON.stringify(answer.headers) + answer.body).not.toMatch(
      /hunter2|secrets\.json|\.ts|node_modules/,
    );
  });

  test("is counted and logged under the code that its caller was told", async () => {
    const { app, log } = await crashing();
    await app.http.inject({ url: "/api/v1/models/crash" });
    expect(log.find(({ msg }) => msg === "request failed")).toMatchObject({
      code: "image_processing_failed",
    });
    const metrics = await app.http.inject({ url: "/metrics" });
    expect(metrics.body).toContain('fovea_http_errors_total{code="image_processing_failed"} 1');
  });

  test("is told in the log once, with its cause and the caller's correlation id", async () => {
    const { app, log } = await crashing();
    await app.http.inject({ url: "/admin/crash", headers: { "x-correlation-id": correlation } });
    const failures = log.filter(({ msg }) => msg === "request failed");
    expect(failures).toEqual([
      expect.objectContaining({
        level: 50,
        correlationId: correlation,
        code: "internal_error",
        err: expect.objectContaining({ message: secret, stack: expect.stringContaining("errors.test.ts") }),
      }),
    ]);
  });

  test("leaves the service working", async () => {
    const { app } = await crashing();
    for (const url of ["/admin/crash", "/batch/crash", "/crash"]) await app.http.inject({ url });
    expect((await app.http.inject({ url: "/health" })).statusCode).toBe(200);
  });
});

test("an error of the caller is no line of its own in the log", async () => {
  const { app, log } = await startApp();
  await app.http.inject({ url: "/nothing" });
  await app.http.inject({ method: "POST", url: "/api/v1/process" });
  expect(log.map(({ level, msg, status }) => ({ level, msg, status }))).toEqual([
    { level: 30, msg: "request", status: 404 },
    { level: 30, msg: "request", status: 401 },
  ]);
});
