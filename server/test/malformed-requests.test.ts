import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenApp, startApp } from "./world.ts";

/** Some address of each API that echoes its JSON body, since most of them have no route with a body yet. */
const echoes = {
  prepare: "/api/v1/models/echo",
  analysis: "/api/v1/batch/echo",
  media: "/api/v1/jobs/echo",
  icons: "/api/icons/echo",
  catalog: "/api/v1/webhook/echo",
  plain: "/echo",
} as const;

const addEchoes: Parameters<typeof startApp>[1] = ({ http }) => {
  for (const url of Object.values(echoes)) {
    const config = { access: "public" } as const;
    http.post(url, { config }, async (sent) => ({ body: sent.body }));
    http.delete(url, { config }, async (sent) => ({ body: sent.body }));
  }
};

const json = { "content-type": "application/json" };

async function validate(payload: string | Buffer, headers: Record<string, string> = json) {
  const { app, token } = await startApp();
  return app.http.inject({
    method: "POST",
    url: "/api/v1/validate",
    headers: { authorization: `Bearer ${token}`, ...headers },
    payload,
  });
}

describe("broken JSON", () => {
  test.each([
    ["prepare", 422, { error: "validation_error", details: { reason: "malformed_json" } }],
    ["analysis", 400, { success: false, error: "The body is not valid JSON." }],
    ["media", 422, { detail: [{ type: "json_invalid", loc: ["body", expect.any(Number)], input: {} }] }],
    ["icons", 400, { error: "validation_error", message: "The body is not valid JSON." }],
    ["catalog", 400, { detail: "The body is not valid JSON." }],
    ["plain", 400, { detail: "The body is not valid JSON." }],
  ] as const)("is worded by its API: %s answers %i", async (api, status, body) => {
    const { app } = await startApp({}, addEchoes);
    const answer = await app.http.inject({
      method: "POST",
      url: echoes[api],
      headers: json,
      payload: "{'a'}",
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject(body);
    expect(answer.headers["x-error-code"]).toBe("validation_error");
  });

  test.each(["{", "[1,]", "nul", '{"a":1}}', "\u0000", `${"[".repeat(100_000)}`, '"\ud800'])(
    "%.20j is a 422 of the prepare API that does not repeat the body",
    async (payload) => {
      const answer = await validate(payload);
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({
        success: false,
        error: "validation_error",
        message: "The body is not valid JSON.",
      });
    },
  );

  test.each([
    ['{"__proto__":{"admin":true}}', "at the top"],
    ['{"options":{"__proto__":{}}}', "inside"],
    ['{"options":[[{"\\u005f_proto__":1}]]}', "spelled with an escape"],
  ])("%s poisons no object: it is refused (%s)", async (payload) => {
    const { app } = await startApp({}, addEchoes);
    const answer = await app.http.inject({ method: "POST", url: echoes.plain, headers: json, payload });
    expect(answer.statusCode).toBe(400);
    expect((await validate(payload)).statusCode).toBe(422);
  });
});

test("a byte order mark before the JSON does not count", async () => {
  const { app } = await startApp({}, addEchoes);
  const answer = await app.http.inject({
    method: "POST",
    url: echoes.plain,
    headers: json,
    payload: '\ufeff{"a":1}',
  });
  expect(answer.json()).toEqual({ body: { a: 1 } });
});

describe("an empty body", () => {
  test.each(Object.values(echoes))("with a JSON content type is {} at %s", async (url) => {
    const { app } = await startApp({}, addEchoes);
    for (const method of ["POST", "DELETE"] as const) {
      for (const payload of ["", " \r\n"]) {
        const answer = await app.http.inject({ method, url, headers: json, payload });
        expect(answer.json()).toEqual({ body: {} });
      }
    }
  });

  test("is told what is missing, field by field", async () => {
    const answer = await validate("", { "content-type": "application/json;charset=utf-8" });
    expect(answer.statusCode).toBe(422);
    const { details } = answer.json();
    expect(details.field).toBe("image");
    expect(details.errors.map(({ field }: { field: string }) => field)).toEqual(["image", "provider"]);
  });

  test.each(["null", "[]", '"text"', "1", "true"])("%s is no object: 422", async (payload) => {
    const answer = await validate(payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ success: false, error: "validation_error" });
  });
});

describe("the media type", () => {
  test.each(["application/x-www-form-urlencoded", "text/plain", "text/xml", "application/jsonx", "nonsense"])(
    "%s is a 415",
    async (type) => {
      const answer = await validate('{"image":"x"}', { "content-type": type });
      expect(answer.statusCode).toBe(415);
      expect(answer.json()).toMatchObject({ success: false, error: "unsupported_media_type" });
      expect(answer.headers["x-error-code"]).toBe("unsupported_media_type");
    },
  );

  test.each(["application/json; charset=UTF-8", "Application/JSON", "application/json ;charset=utf-8"])(
    "%s is JSON",
    async (type) => {
      const answer = await validate("{}", { "content-type": type });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().details.field).toBe("image");
    },
  );

  test.each(Object.values(echoes))("text that is sent to %s is no body it could mistake", async (url) => {
    const { app } = await startApp({}, addEchoes);
    const headers = { "content-type": "text/plain" };
    const answer = await app.http.inject({ method: "POST", url, headers, payload: "text" });
    expect(answer.statusCode).toBe(415);
  });
});

describe("a body that is too large", () => {
  const sending = (url: string, options: RequestOptions): [ClientRequest, Promise<IncomingMessage>] => {
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const sent = request(url, { method: "POST", agent, ...options });
    const answered = once(sent, "response").then(
      ([response]: IncomingMessage[]) => response as IncomingMessage,
    );
    return [sent, answered];
  };

  /** Keeps sending until somebody stops it, as a client does that has not read the answer yet. */
  function pour(into: ClientRequest): void {
    into.on("error", () => {});
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const more = () => {
      while (!into.destroyed && into.write(chunk));
    };
    into.on("drain", more);
    more();
  }

  test("is refused by its declared length, before a byte of it is sent", async () => {
    const { baseUrl, token } = await listenApp();
    const headers = { authorization: `Bearer ${token}`, ...json, "content-length": 50 * 1024 * 1024 + 1 };
    const [sent, answered] = sending(`${baseUrl}/api/v1/process`, { headers });
    sent.on("error", () => {});
    sent.flushHeaders();
    const answer = await answered;
    expect(answer.statusCode).toBe(413);
    expect(answer.headers["x-error-code"]).toBe("payload_too_large");
    expect(JSON.parse(await text(answer))).toMatchObject({ success: false, error: "payload_too_large" });
    sent.destroy();
  });

  test.each([
    ["/api/v1/process", { success: false, error: "payload_too_large" }],
    [echoes.analysis, { success: false, error_type: "payload_too_large" }],
    [echoes.media, { detail: "The request body is too large.", request_id: expect.any(String) }],
    [echoes.icons, { error: "payload_too_large", metadata: {} }],
    [echoes.catalog, { detail: "The request body is too large." }],
  ])("is refused while it arrives in chunks at %s", async (path, body) => {
    const { baseUrl, token } = await listenApp({}, addEchoes);
    const headers = { authorization: `Bearer ${token}`, ...json };
    const [sent, answered] = sending(baseUrl + path, { headers });
    pour(sent);
    const answer = await answered;
    expect(answer.statusCode).toBe(413);
    expect(answer.headers["x-error-code"]).toBe("payload_too_large");
    expect(JSON.parse(await text(answer))).toMatchObject(body);
    sent.destroy();
  });
});

describe("an address that is no URL", () => {
  test.each([
    ["/api/v1/process/%zz", { success: false, error: "malformed_request" }],
    ["/api/v1/batch/%E0%A4%A", { success: false, error_type: "malformed_request" }],
    ["/api/v1/jobs/%", { detail: "The address is not a valid URL.", request_id: expect.any(String) }],
    ["/api/images/%c0%af%ff", { error: "malformed_request" }],
    ["/api/v1/status/%zz", { detail: "The address is not a valid URL." }],
    ["/%", { detail: "The address is not a valid URL." }],
  ])("%s is a 400 in the words of its API", async (url, body) => {
    const { app } = await startApp();
    const answer = await app.http.inject({ url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject(body);
    expect(answer.headers).toMatchObject({
      "x-error-code": "malformed_request",
      "x-request-id": expect.stringMatching(/^req-/),
      "x-content-type-options": "nosniff",
    });
  });

  test.each(["/api/v1/providers?%zz=%", "/api/v1/providers?a=1&a=2&__proto__=x", "/api/v1/providers?%00"])(
    "an odd query harms nothing: %s",
    async (url) => {
      const { app, token } = await startApp();
      const answer = await app.http.inject({ url, headers: { authorization: `Bearer ${token}` } });
      expect(answer.statusCode).toBe(200);
    },
  );

  test("a very long address is not found", async () => {
    const { app } = await startApp();
    const answer = await app.http.inject({ url: `/api/v1/nothing/${"x".repeat(5000)}` });
    expect(answer.statusCode).toBe(404);
  });
});

test("HEAD answers what GET answers, without the body", async () => {
  const { app, token } = await startApp();
  const headers = { authorization: `Bearer ${token}` };
  for (const url of ["/health", "/api/v1/providers", "/openapi.json"]) {
    const got = await app.http.inject({ url, headers });
    const head = await app.http.inject({ method: "HEAD", url, headers });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe("");
    expect(head.headers["content-type"]).toBe(got.headers["content-type"]);
  }
});

test("a slash at the end and double slashes change nothing", async () => {
  const { app, token } = await startApp();
  const headers = { authorization: `Bearer ${token}` };
  const plain = await app.http.inject({ url: "/api/v1/providers", headers });
  for (const url of ["/api/v1/providers/", "//api//v1/providers", "/api/v1/providers/?x=1"]) {
    const answer = await app.http.inject({ url, headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(plain.json());
  }
});
