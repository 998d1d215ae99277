import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { PNG_SIGNATURE, pngChunk, pngHeader } from "../../src/imaging/containers/test-splices.ts";
import { connectRaw } from "../raw-http.ts";
import { listenApp, localToken } from "../world.ts";
import { dataUrl, prepareClient, referencePixel, refusal } from "./client.ts";

const verbs = {
  process: { provider: "claude" },
  validate: { provider: "claude" },
  analyze: {},
  thumbnail: { width: 50, height: 50 },
} as const;
const paths = Object.entries(verbs).map(([verb, fields]) => [`/api/v1/${verb}`, fields] as const);

describe.each(paths)("%s refuses with 422", (path, fields) => {
  test.each([
    ["no image", undefined],
    ["null", null],
    ["an empty text", ""],
    ["a number", 17],
    ["a list", [referencePixel]],
    ["an object", { url: referencePixel }],
    ["a web address", "https://example.com/picture.png"],
    ["the media type of a text", referencePixel.replace("image/png", "text/html")],
    ["data that is not base64", "data:image/png;base64,@@@@"],
    ["no data", "data:image/png;base64,"],
  ])("an image that is %s: A5", async (_, image) => {
    const { refuse } = await prepareClient();
    const error = await refuse(path, { image, ...fields });
    expect(error.details).toMatchObject({ field: "image" });
    expect(error.message).toMatch(/^image/);
  });

  test("a body that is not JSON, is null, a list or a text", async () => {
    const { refuse } = await prepareClient();
    for (const body of ["{", '{"image":', "null", "[]", '"text"', "17", "\uFEFF{}", "{'image':1}"]) {
      await refuse(path, body);
    }
  });

  test("a body that would poison the objects it is merged into", async () => {
    const { refuse } = await prepareClient();
    const poisoned = JSON.stringify({ image: referencePixel, ...fields }).replace(
      "{",
      '{"__proto__":{"a":1},',
    );
    expect((await refuse(path, poisoned)).details).toEqual({ reason: "malformed_json" });
  });

  test("an empty body, naming what is missing", async () => {
    const { refuse } = await prepareClient();
    expect((await refuse(path, "")).details).toMatchObject({ field: "image" });
    expect((await refuse(path, "{}")).message).toContain("image");
  });
});

describe("a wrong field is named, and its message says what is expected", () => {
  test.each([
    ["provider", { provider: undefined }],
    ["provider", { provider: null }],
    ["provider", { provider: "mistral" }],
    ["provider", { provider: 3 }],
    ["options", { options: "fast" }],
    ["options", { options: [] }],
    ["options.format", { options: { format: "GIF" } }],
    ["options.format", { options: { format: "BMP" } }],
    ["options.format", { options: { format: 7 } }],
    ["options.quality", { options: { quality: 0 } }],
    ["options.quality", { options: { quality: 101 } }],
    ["options.quality", { options: { quality: 80.5 } }],
    ["options.quality", { options: { quality: "80" } }],
    ["options.quality", { options: { quality: true } }],
    ["options.max_dimension", { options: { max_dimension: 9 } }],
    ["options.max_dimension", { options: { max_dimension: 8001 } }],
    ["options.max_dimension", { options: { max_dimension: "large" } }],
    ["options.preserve_transparency", { options: { preserve_transparency: "yes" } }],
    ["options.preserve_transparency", { options: { preserve_transparency: 1 } }],
    ["options.background_color", { options: { background_color: "white" } }],
    ["options.background_color", { options: { background_color: "#FFF" } }],
    ["options.background_color", { options: { background_color: "#FFFFFFFF" } }],
    ["options.model", { options: { model: 5 } }],
    ["options.model", { options: { model: "" } }],
  ])("%s: %j", async (field, wrong) => {
    const { refuse } = await prepareClient();
    const error = await refuse("/api/v1/process", { image: referencePixel, provider: "claude", ...wrong });
    expect(error.details).toMatchObject({ field });
    expect(error.message.startsWith(field)).toBe(true);
    expect(error.message.length).toBeLessThan(300);
  });

  test("all wrong fields are told at once", async () => {
    const { refuse } = await prepareClient();
    const error = await refuse("/api/v1/process", {
      image: 1,
      provider: "x",
      options: { quality: 0, format: "y" },
    });
    for (const field of ["image", "provider", "options.quality", "options.format"]) {
      expect(error.message).toContain(field);
    }
  });

  test("so is a provider that is missing, with the model that could stand in its place", async () => {
    const { refuse } = await prepareClient();
    const error = await refuse("/api/v1/process", { image: 1, options: { quality: 0 } });
    for (const part of [
      "image",
      "provider: is required: one of claude, openai, gemini",
      "options.model",
      "options.quality",
    ]) {
      expect(error.message).toContain(part);
    }
  });
});

describe("is taken as it is meant:", () => {
  test.each([
    ["a provider in capitals", { provider: "CLAUDE" }],
    ["a provider with spaces around", { provider: " Claude " }],
    ["options that are null", { options: null }],
    ["options that are empty", { options: {} }],
    [
      "single options that are null",
      { options: { format: null, quality: null, max_dimension: null, background_color: null, model: null } },
    ],
    ["options that nobody knows", { options: { intent: "text", quality: 80, nested: { deep: [1] } } }],
    ["fields that nobody knows", { user: "u-1", callback: null }],
  ])("%s", async (_, given) => {
    const { process } = await prepareClient();
    const answer = await process({ image: referencePixel, provider: "claude", ...given });
    expect(answer.metadata.provider).toBe("claude");
  });
});

describe("credentials", () => {
  test("are asked for by everything but health, and a wrong one is refused with 401", async () => {
    const { app } = await prepareClient();
    const requests = [
      ...paths.map(([url]) => ({ method: "POST", url }) as const),
      { method: "GET", url: "/api/v1/providers" } as const,
      { method: "GET", url: "/api/v1/models" } as const,
    ];
    for (const request of requests) {
      for (const authorization of [
        undefined,
        "",
        "Bearer",
        "Bearer ",
        "Bearer invalid-token",
        "Basic dGVzdA==",
      ]) {
        const headers = authorization === undefined ? {} : { authorization };
        refusal(await app.http.inject({ ...request, headers }), 401, "authentication_required");
      }
    }
    expect((await app.http.inject("/health")).json()).toMatchObject({
      status: "healthy",
      service: "image-processor",
      version: "1.0",
    });
  });

  test("A9: need no role but for the statistics", async () => {
    const { app, config, get } = await prepareClient();
    expect((await get("/api/v1/providers")).statusCode).toBe(200);
    refusal(await get("/api/v1/stats"), 403, "permission_denied");
    const authorization = `Bearer ${await localToken(config, { admin: true })}`;
    const stats = await app.http.inject({ url: "/api/v1/stats", headers: { authorization } });
    expect(stats.statusCode).toBe(200);
    expect(stats.json()).toMatchObject({ success: true, prepare: { running: 0, waiting: 0 } });
  });
});

describe("a media type that is none of the three forms is refused with 415, which names them", () => {
  const forms = ["application/json", "data URL", "multipart/form-data", "file part", "image/jpeg", "bytes"];

  const expectForms = (message: string) => {
    for (const form of forms) expect(message).toContain(form);
  };

  test.each([
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "video/mp4",
    "application/jsonx",
  ])("%s", async (type) => {
    const { send } = await prepareClient();
    for (const [path] of paths) {
      const { message } = refusal(
        await send(path, "image=1", { "content-type": type }),
        415,
        "unsupported_media_type",
      );
      expectForms(message);
      expect(message).toContain(type);
    }
  });

  test("what is no media type at all", async () => {
    const { send } = await prepareClient();
    const answer = await send("/api/v1/process", "image=1", { "content-type": "nonsense" });
    expectForms(refusal(answer, 415, "unsupported_media_type").message);
  });

  test.each([
    ["a body without a content type", "Content-Length: 7\r\n\r\nimage=1"],
    ["neither a body nor a content type", "Content-Length: 0\r\n\r\n"],
    ["not even a length", "\r\n"],
  ])("%s", async (_, rest) => {
    const { baseUrl, token } = await listenApp();
    for (const [path] of paths) {
      const connection = await connectRaw(baseUrl);
      connection.send(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${rest}`);
      const { status, headers, body } = await connection.answer();
      const error = refusal({ statusCode: status, headers, body }, 415, "unsupported_media_type");
      expectForms(error.message);
      expect(error.message).toContain("no valid Content-Type");
    }
  });

  test("a form without a file", async () => {
    const { send } = await prepareClient();
    const body = '--b\r\nContent-Disposition: form-data; name="provider"\r\n\r\nclaude\r\n--b--\r\n';
    const answer = await send("/api/v1/process", body, { "content-type": "multipart/form-data; boundary=b" });
    expectForms(refusal(answer, 415, "unsupported_media_type").message);
  });
});

test("an unknown address and a wrong method are refused in the words of this API", async () => {
  const { app, send, token } = await prepareClient();
  refusal(await send("/api/v1/process/unknown", {}), 404, "not_found");
  const headers = { authorization: `Bearer ${token}` };
  refusal(await app.http.inject({ url: "/api/v1/process", headers }), 405, "method_not_allowed");
});

test("A10: there is no rate limit until one is configured, and then 429 says when to come back", async () => {
  const free = await prepareClient();
  for (let request = 0; request < 70; request += 1) {
    expect((await free.get("/api/v1/providers")).statusCode).toBe(200);
  }
  const { get } = await prepareClient({ PREPARE_RATE_LIMIT: "2/minute" });
  await get("/api/v1/providers");
  await get("/api/v1/models");
  const answer = await get("/api/v1/providers");
  refusal(answer, 429, "rate_limit_exceeded");
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
});

describe("A11: more pixels than are decoded", () => {
  test("are refused with 422 before anything is decoded, with the limit", async () => {
    const { refuse, validate } = await prepareClient();
    const bomb = Buffer.concat([
      PNG_SIGNATURE,
      pngHeader(30_000, 30_000, 1, 0),
      pngChunk("IDAT", Buffer.alloc(10)),
      pngChunk("IEND"),
    ]);
    for (const [path, fields] of paths.filter(([path]) => path !== "/api/v1/validate")) {
      const error = await refuse(path, { image: dataUrl(bomb), ...fields });
      expect(error.details).toMatchObject({
        field: "image",
        reason: "dimension_exceeded",
        width: 30_000,
        height: 30_000,
        max_pixels: 268_000_000,
      });
    }
    expect(await validate({ image: dataUrl(bomb), provider: "claude" })).toMatchObject({ valid: false });
  });

  test("are those that the operator says", async () => {
    const { refuse, process } = await prepareClient({ PREPARE_MAX_MEGAPIXELS: "1" });
    const image = async (width: number) =>
      dataUrl(
        await sharp({ create: { width, height: 1000, channels: 3, background: "#369" } })
          .png()
          .toBuffer(),
      );
    await refuse("/api/v1/process", { image: await image(1001), provider: "claude" });
    await process({ image: await image(1000), provider: "claude" });
  });
});

test("a correlation id that is sent comes back, in the answer and its headers; one that is unfit does not", async () => {
  const { send } = await prepareClient();
  const ask = (id: string, body: object) =>
    send("/api/v1/validate", body, { "content-type": "application/json", "x-correlation-id": id });
  const good = await ask("order-17", { image: referencePixel, provider: "claude" });
  expect(good.json()).toMatchObject({ correlation_id: "order-17" });
  expect(good.headers["x-correlation-id"]).toBe("order-17");
  expect((await ask("order-18", {})).json()).toMatchObject({ correlation_id: "order-18" });
  expect((await ask("a b\tc", {})).json()).toMatchObject({ correlation_id: expect.stringMatching(/^req-/) });
});
