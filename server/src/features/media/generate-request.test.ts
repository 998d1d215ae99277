import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../platform/errors.ts";
import { mediaDialect } from "./errors.ts";
import { readGenerateRequest } from "./generate-request.ts";

function refusalOf(body: unknown): AppError {
  try {
    readGenerateRequest(body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const context = {
  correlationId: "1",
  timestamp: "",
  method: "POST",
  path: "/api/v1/jobs/generate",
  accept: "",
};
const answerTo = (body: unknown) => mediaDialect.render(refusalOf(body), context);
const problemsOf = (body: unknown) => refusalOf(body).details["errors"];
const withParameters = (parameters: unknown) => ({ prompt: "A fox", parameters });
const read = (parameters: unknown) => readGenerateRequest(withParameters(parameters)).parameters;

test("the example of the reference is answered to the byte", () => {
  const answer = answerTo({ prompt: "", parameters: { width: -1, height: 5000 } });
  expect(answer.status).toBe(422);
  expect(answer.body).toBe(
    '{"detail":[{"type":"string_too_short","loc":["body","prompt"],"msg":"String should have at least 1 character",' +
      '"input":""},{"type":"greater_equal","loc":["body","parameters","width"],"msg":"Input should be greater than or ' +
      'equal to 128","input":-1},{"type":"less_equal","loc":["body","parameters","height"],"msg":"Input should be less ' +
      'than or equal to 2048","input":5000}]}',
  );
});

describe("a request", () => {
  test("of a prompt alone leaves everything else open", () => {
    expect(readGenerateRequest({ prompt: "  A fox\n" })).toEqual({
      prompt: "A fox",
      parameters: null,
      echoed: null,
      webhookUrl: null,
      metadata: null,
      strict: false,
      model: null,
    });
  });

  test("may say null wherever it need not say anything", () => {
    const nothing = { parameters: null, webhook_url: null, metadata: null, strict: null, model: null };
    expect(readGenerateRequest({ prompt: "A fox", ...nothing })).toEqual(
      readGenerateRequest({ prompt: "A fox" }),
    );
  });

  test("keeps its parameters as they came beside what they mean", () => {
    const parameters = {
      zoom: [1],
      width: "512",
      height: 1024.0,
      guidance_scale: " 7.5 ",
      seed: true,
      sampler: null,
    };
    const request = readGenerateRequest({
      prompt: "A fox",
      parameters: { ...parameters, num_inference_steps: null },
      webhook_url: "https://hooks.example/done?key=1",
      metadata: { user_id: "user123", deep: [{ a: null }] },
      strict: "yes",
      model: "local",
      unknown: 1,
    });
    expect(JSON.stringify(request.echoed)).toBe(JSON.stringify({ ...parameters, num_inference_steps: null }));
    expect(request).toMatchObject({
      webhookUrl: "https://hooks.example/done?key=1",
      metadata: { user_id: "user123", deep: [{ a: null }] },
      strict: true,
      model: "local",
    });
    expect(request.parameters).toEqual({
      width: 512,
      height: 1024,
      num_inference_steps: null,
      guidance_scale: 7.5,
      negative_prompt: null,
      seed: 1,
      scheduler: null,
      num_outputs: null,
      aspect_ratio: null,
      output_quality: null,
      output_format: null,
      extra: { zoom: [1], sampler: null },
    });
  });

  test("counts characters as Python does, and not the halves of emoji", () => {
    expect(readGenerateRequest({ prompt: "🦊".repeat(1000) }).prompt).toBe("🦊".repeat(1000));
    expect(problemsOf({ prompt: "🦊".repeat(1001) })).toMatchObject([{ type: "string_too_long" }]);
  });

  test.each([
    ["width", 128, 2048],
    ["height", 128, 2048],
    ["num_inference_steps", 1, 500],
    ["guidance_scale", 1, 20],
    ["seed", 0, 2_147_483_647],
    ["num_outputs", 1, 4],
    ["output_quality", 1, 100],
  ])("takes %s from %i to %i, and nothing beyond", (name, min, max) => {
    expect(read({ [name]: min })).toMatchObject({ [name]: min });
    expect(read({ [name]: max })).toMatchObject({ [name]: max });
    const loc = ["body", "parameters", name];
    expect(problemsOf(withParameters({ [name]: min - 1 }))).toEqual([
      { type: "greater_equal", loc, msg: `Input should be greater than or equal to ${min}`, input: min - 1 },
    ]);
    expect(problemsOf(withParameters({ [name]: max + 1 }))).toEqual([
      { type: "less_equal", loc, msg: `Input should be less than or equal to ${max}`, input: max + 1 },
    ]);
  });

  test.each(["512.0", "+512", "0512", " 512\n", "5_12", "512.000"])("reads %j as a whole number", (text) => {
    expect(read({ width: text })).toMatchObject({ width: 512 });
  });

  test.each([
    ["1e1", 10],
    ["5.", 5],
    ["+5", 5],
    ["1_0.5", 10.5],
    [true, 1],
  ])("reads %j as a number", (text, value) => {
    expect(read({ guidance_scale: text })).toMatchObject({ guidance_scale: value });
  });

  test.each(["16:9", "1:1", "8:1", "1:8", "1920:1080"])("takes the aspect ratio %s", (ratio) => {
    expect(read({ aspect_ratio: ratio })).toMatchObject({ aspect_ratio: ratio });
  });
});

const missing = "Field required";
const noString = "Input should be a valid string";
const noInteger = "Input should be a valid integer";
const noIntegerText = "Input should be a valid integer, unable to parse string as an integer";
const noNumberText = "Input should be a valid number, unable to parse string as a number";
const noModel = "Input should be a valid dictionary or object to extract fields from";
const noRatio = "Value error, Aspect ratio must be two whole numbers, such as 16:9";
const noUrl = "Value error, Webhook URL must be an http:// or https:// URL";
const noSurrogates = "Value error, Halves of surrogate pairs cannot be stored";
const noNul = "Value error, NUL characters cannot be stored";
const noScheduler =
  "Value error, Scheduler must be one of DDIM, DPMSolverMultistep, HeunDiscrete, KarrasDPM, K_EULER_ANCESTRAL, K_EULER or PNDM";

describe("a body that is none", () => {
  test.each([
    [undefined, "missing", missing, null],
    [null, "missing", missing, null],
    ["prompt=A+fox", "model_attributes_type", noModel, "prompt=A+fox"],
    [[], "model_attributes_type", noModel, []],
    [5, "model_attributes_type", noModel, 5],
    [false, "model_attributes_type", noModel, false],
  ])("%j is %s", (body, type, msg, input) => {
    expect(problemsOf(body)).toEqual([{ type, loc: ["body"], msg, input }]);
  });
});

describe("a field of the body", () => {
  test.each([
    ["prompt", 5, "string_type", noString],
    ["prompt", null, "string_type", noString],
    ["prompt", ["A fox"], "string_type", noString],
    ["prompt", " \n\t", "value_error", "Value error, Prompt cannot be empty"],
    ["prompt", "a".repeat(1001), "string_too_long", "String should have at most 1000 characters"],
    ["prompt", `${"a".repeat(1000)} `, "string_too_long", "String should have at most 1000 characters"],
    ["prompt", "a\ud83d", "string_unicode", `${noString}, unable to parse raw data as a unicode string`],
    ["prompt", "a\u0000b", "value_error", noNul],
    ["parameters", "x", "model_attributes_type", noModel],
    ["parameters", [], "model_attributes_type", noModel],
    ["webhook_url", 5, "string_type", noString],
    ["webhook_url", "", "value_error", noUrl],
    ["webhook_url", "hooks.example", "value_error", noUrl],
    ["webhook_url", "ftp://hooks.example/", "value_error", noUrl],
    ["webhook_url", "https://", "value_error", noUrl],
    [
      "webhook_url",
      `https://a/${"x".repeat(500)}`,
      "string_too_long",
      "String should have at most 500 characters",
    ],
    ["metadata", "x", "dict_type", "Input should be a valid dictionary"],
    ["metadata", [1], "dict_type", "Input should be a valid dictionary"],
    ["metadata", { a: [{ b: "\u0000" }] }, "value_error", noNul],
    ["metadata", { a: { "\u0000": 1 } }, "value_error", noNul],
    ["metadata", { a: ["\udc00"] }, "value_error", noSurrogates],
    ["strict", "maybe", "bool_parsing", "Input should be a valid boolean, unable to interpret input"],
    ["strict", 2, "bool_parsing", "Input should be a valid boolean, unable to interpret input"],
    ["strict", [], "bool_type", "Input should be a valid boolean"],
    ["strict", 0.5, "bool_type", "Input should be a valid boolean"],
    ["model", "", "string_too_short", "String should have at least 1 character"],
    ["model", "m".repeat(201), "string_too_long", "String should have at most 200 characters"],
  ])("$0: $2 (%#)", (name, input, type, msg) => {
    expect(problemsOf({ prompt: "A fox", [name]: input })).toEqual([
      { type, loc: ["body", name], msg, input },
    ]);
  });
});

describe("a parameter", () => {
  test.each([
    ["width", "abc", "int_parsing", noIntegerText],
    ["width", "", "int_parsing", noIntegerText],
    ["width", "512.5", "int_parsing", noIntegerText],
    ["width", "0x200", "int_parsing", noIntegerText],
    ["width", "5__12", "int_parsing", noIntegerText],
    ["width", 512.5, "int_from_float", `${noInteger}, got a number with a fractional part`],
    ["width", [], "int_type", noInteger],
    ["width", {}, "int_type", noInteger],
    ["width", true, "greater_equal", "Input should be greater than or equal to 128"],
    ["seed", "9".repeat(30), "less_equal", "Input should be less than or equal to 2147483647"],
    [
      "seed",
      "9".repeat(4301),
      "int_parsing_size",
      "Unable to parse input string as an integer, exceeded maximum size",
    ],
    ["seed", Number.POSITIVE_INFINITY, "finite_number", "Input should be a finite number"],
    ["guidance_scale", "abc", "float_parsing", noNumberText],
    ["guidance_scale", "1__0", "float_parsing", noNumberText],
    ["guidance_scale", "7,5", "float_parsing", noNumberText],
    ["guidance_scale", [], "float_type", "Input should be a valid number"],
    ["guidance_scale", "nan", "less_equal", "Input should be less than or equal to 20"],
    ["guidance_scale", "-inf", "greater_equal", "Input should be greater than or equal to 1"],
    ["negative_prompt", 5, "string_type", noString],
    ["negative_prompt", "a".repeat(1001), "string_too_long", "String should have at most 1000 characters"],
    ["scheduler", "EULER", "value_error", noScheduler],
    ["scheduler", 5, "string_type", noString],
    ["aspect_ratio", "wide", "value_error", noRatio],
    ["aspect_ratio", "16:0", "value_error", noRatio],
    ["aspect_ratio", "16:9 ", "value_error", noRatio],
    ["aspect_ratio", "9:1", "value_error", "Value error, Aspect ratio must not be beyond 8:1 or 1:8"],
    ["aspect_ratio", "1:9", "value_error", "Value error, Aspect ratio must not be beyond 8:1 or 1:8"],
    ["output_format", "gif", "enum", "Input should be 'png', 'jpg' or 'webp'"],
    ["output_format", 5, "enum", "Input should be 'png', 'jpg' or 'webp'"],
    ["of_my_own", ["\u0000"], "value_error", noNul],
  ])("$0: $2 (%#)", (name, input, type, msg) => {
    const loc = ["body", "parameters", name];
    expect(problemsOf(withParameters({ [name]: input }))).toEqual([{ type, loc, msg, input }]);
  });

  test("that cannot be stored is named once, however many there are", () => {
    const parameters = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`own${index}`, "\u0000"]),
    );
    expect(problemsOf(withParameters(parameters))).toMatchObject([{ loc: ["body", "parameters", "own0"] }]);
  });
});

test("problems are told in the order in which the fields are declared, not in that of the request", () => {
  const parameters = {
    output_format: 1,
    output_quality: 0,
    aspect_ratio: 1,
    num_outputs: 9,
    scheduler: 1,
    seed: -1,
  };
  const body = {
    ...{ model: 1, strict: [], metadata: 1, webhook_url: 1 },
    parameters: {
      ...parameters,
      negative_prompt: 1,
      guidance_scale: 0,
      num_inference_steps: 0,
      height: 1,
      width: 1,
    },
  };
  const problems = problemsOf(body) as { loc: string[]; input: unknown }[];
  expect(problems.map(({ loc }) => loc.slice(1).join("."))).toEqual([
    "prompt",
    "parameters.width",
    "parameters.height",
    "parameters.num_inference_steps",
    "parameters.guidance_scale",
    "parameters.negative_prompt",
    "parameters.seed",
    "parameters.scheduler",
    "parameters.num_outputs",
    "parameters.aspect_ratio",
    "parameters.output_quality",
    "parameters.output_format",
    "webhook_url",
    "metadata",
    "strict",
    "model",
  ]);
  expect(problems[0]).toEqual({ type: "missing", loc: ["body", "prompt"], msg: missing, input: body });
});

test("of whatever JSON says, it is read or refused with 422, and left as it is", () => {
  const name = fc.constantFrom("width", "seed", "guidance_scale", "scheduler", "aspect_ratio", "own");
  const odd = fc.constantFrom("512", "1:1", "PNDM", "\u0000", "\ud800", Number.POSITIVE_INFINITY, -0, "1_0");
  const near = fc.oneof(fc.jsonValue(), odd);
  const mostly = (usual: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary: usual, weight: 5 }, near);
  const request = fc.record(
    {
      prompt: mostly(fc.constant("A fox")),
      parameters: mostly(fc.dictionary(name, near, { maxKeys: 2 })),
      webhook_url: mostly(fc.webUrl()),
      metadata: mostly(fc.dictionary(fc.string(), fc.jsonValue())),
      strict: mostly(fc.boolean()),
      model: mostly(fc.constant("local")),
    },
    { requiredKeys: ["prompt"] },
  );
  const counts = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof(request, fc.jsonValue()), (body) => {
      const before = JSON.stringify(body);
      try {
        const { echoed, parameters } = readGenerateRequest(body);
        expect(echoed === null).toBe(parameters === null);
        counts.read += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.status).toBe(422);
        expect(JSON.parse(mediaDialect.render(error, context).body).detail.length).toBeGreaterThan(0);
        counts.refused += 1;
      }
      expect(JSON.stringify(body)).toBe(before);
    }),
    { numRuns: 500 },
  );
  // Else the property would say nothing of one of the two.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(20);
});
