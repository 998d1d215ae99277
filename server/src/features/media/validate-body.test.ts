import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { describe, expect, onTestFinished, test } from "vitest";
import { requireAccessLevels } from "../../platform/auth/access.ts";
import { createHttp } from "../../platform/http/http.ts";
import { createLogger } from "../../platform/logger.ts";
import { mediaDialect } from "./errors.ts";
import { readGenerateRequest } from "./generate-request.ts";
import { describedOnly, generateBody } from "./schema.ts";
import { acceptAnyBody } from "./validate-body.ts";

const url = "/api/v1/jobs/generate";

async function setup() {
  const { server } = await createHttp({
    basePath: "",
    trustProxy: [],
    corsOrigins: [],
    dialects: [mediaDialect],
    exposedHeaders: [],
    requestTimeout: 60_000,
    logger: createLogger({ level: "silent", pretty: false }),
    draining: () => false,
  });
  onTestFinished(() => server.close());
  requireAccessLevels(server);
  await server.register(async (scope) => {
    acceptAnyBody(scope);
    scope.withTypeProvider<ZodTypeProvider>().post(url, {
      config: { access: "public" },
      schema: { body: generateBody },
      ...describedOnly,
      handler: async (request) => readGenerateRequest(request.body),
    });
  });
  return async (payload: string | Buffer | undefined, type: string | null = "application/json") => {
    const headers = type === null ? {} : { "content-type": type };
    const answer = await server.inject({
      method: "POST",
      url,
      headers,
      ...(payload !== undefined && { payload }),
    });
    return { status: answer.statusCode, body: answer.json() };
  };
}

test("JSON is read under each of its names, and the schema of the route leaves it as it is", async () => {
  const post = await setup();
  for (const type of ["application/json", "application/json;charset=utf-8", "application/ld+json"]) {
    const { status, body } = await post(
      '\ufeff{"prompt":" A fox ","parameters":{"width":"512","own":1}}',
      type,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      prompt: "A fox",
      parameters: { width: 512 },
      echoed: { width: "512", own: 1 },
    });
  }
});

test("no body, and one of nothing or null, is a missing one", async () => {
  const post = await setup();
  const detail = [{ type: "missing", loc: ["body"], msg: "Field required", input: null }];
  for (const [payload, type] of [
    [undefined, null],
    [undefined, "application/json"],
    ["", "application/json"],
    [" \n", "text/plain"],
    ["null", "application/json"],
  ] as const)
    expect(await post(payload, type)).toEqual({ status: 422, body: { detail } });
});

test.each([
  "application/x-www-form-urlencoded",
  "text/plain",
  "image/png",
  "application/jsonp",
  "multipart/form-data; boundary=x",
  null,
])("a body of the type %s is its text, whatever that says", async (type) => {
  const post = await setup();
  const input = '{"prompt":"A fox"}';
  expect(await post(Buffer.from(input), type)).toEqual({
    status: 422,
    body: {
      detail: [
        {
          type: "model_attributes_type",
          loc: ["body"],
          msg: "Input should be a valid dictionary or object to extract fields from",
          input,
        },
      ],
    },
  });
});

describe("broken JSON", () => {
  // Each where Python's parser finds it.
  test.each([
    ["{'prompt'}", 1],
    ['{"a":1,}', 7],
    ["[1,]", 3],
    ["nul", 0],
    ['{"a":1}}', 7],
    ["[[[[", 4],
    ['"abc', 0],
    ['{"a":"x\ny"}', 7],
    ['{"a":"\\q"}', 6],
    ['{"a":"\\u12g4"}', 7],
    ['{"a":"b\\', 5],
    ['{"a" 1}', 5],
    ['{"a":1 "b"', 7],
    ["01", 1],
    ["-", 0],
    ["[{}, [] 2]", 8],
    // An emoji is one character of two units.
    ['["🦊" x]', 5],
    ["\ufeff{", 1],
  ])("%j is broken at %i", async (payload, offset) => {
    const post = await setup();
    const detail = [{ type: "json_invalid", loc: ["body", offset], msg: "JSON decode error", input: {} }];
    expect(await post(payload)).toEqual({ status: 422, body: { detail } });
  });

  test("is found in the largest body without a deep stack", async () => {
    const post = await setup();
    for (const payload of ["[".repeat(1_000_000), `{"a":"${"\\n".repeat(500_000)}`])
      expect(await post(payload)).toMatchObject({
        status: 422,
        body: { detail: [{ type: "json_invalid" }] },
      });
  });
});

test("what is nested too deep to be printed again is refused, what is deep is not", async () => {
  const post = await setup();
  const nested = (levels: number) =>
    `{"prompt":"A fox","metadata":{"a":${"[".repeat(levels - 2)}${"]".repeat(levels - 2)}}}`;
  expect(await post(nested(200))).toMatchObject({ status: 200 });
  for (const levels of [201, 100_000])
    expect(await post(nested(levels))).toMatchObject({
      status: 400,
      body: {
        detail: expect.stringMatching(/^There was an error parsing the body/),
        request_id: expect.any(String),
      },
    });
});

test("a megabyte is enough", async () => {
  const post = await setup();
  expect(await post(JSON.stringify({ prompt: "x".repeat(1024 * 1024) }))).toEqual({
    status: 413,
    body: { detail: "The request body is too large.", request_id: expect.stringMatching(/^req_/) },
  });
});
