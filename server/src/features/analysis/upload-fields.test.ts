import { expect, test } from "vitest";
import { AppError } from "../../platform/errors.ts";
import { readFields } from "./upload-fields.ts";

const now = new Date("2025-11-02T10:30:05.678Z");
const read = (texts: Readonly<Record<string, string>>) =>
  readFields(new Map(Object.entries(texts)), { models: ["local", "gemini"], defaultOnly: ["local"], now });

test("a form without settings has these", () => {
  const usual = {
    name: "Batch_20251102_103005",
    autoStart: true,
    model: null,
    cache: "use",
    webhookUrl: null,
    maxCostMicros: null,
    lane: "online",
    instruction: null,
  };
  expect(read({})).toEqual(usual);
  expect(read({ batch_name: " ", model: "", cache: " ", webhook_url: "" })).toEqual(usual);
  expect(read({ colour: "red" })).toEqual(usual);
});

test("settings are read without the white space around them", () => {
  expect(
    read({
      batch_name: " Läden im Mai ",
      auto_start: " No ",
      model: " gemini ",
      cache: " REFRESH ",
      webhook_url: " https://hooks.example/a b ",
    }),
  ).toEqual({
    name: "Läden im Mai",
    autoStart: false,
    model: "gemini",
    cache: "refresh",
    webhookUrl: "https://hooks.example/a b",
    maxCostMicros: null,
    lane: "online",
    instruction: null,
  });
});

test("only what says yes starts a batch", () => {
  for (const yes of ["true", "TRUE", "1", "yes", "On"])
    expect(read({ auto_start: yes }).autoStart).toBe(true);
  for (const no of ["", "false", "0", "no", "off", "2", "truthy", "null"]) {
    expect(read({ auto_start: no }).autoStart).toBe(false);
  }
});

test("a name may have 255 characters", () => {
  expect(read({ batch_name: "x".repeat(255) }).name).toHaveLength(255);
});

test.each([
  ["batch_name", "x".repeat(256), /^batch_name: at most 255 characters$/],
  ["batch_name", "a\u0000b", /^batch_name: holds a NUL character$/],
  ["model", "gpt-9", /^model: gpt-9 is not configured; expected one of local, gemini$/],
  ["model", "Local", /^model: Local is not configured/],
  ["model", "x".repeat(10_000), /^model: x{100} is not configured/],
  ["cache", "never", /^cache: expected one of use, revalidate, refresh$/],
  [
    "webhook_url",
    "hooks.example",
    /^webhook_url: expected an http:\/\/ or https:\/\/ address of at most 2048 characters$/,
  ],
  ["webhook_url", "file:///etc/passwd", /^webhook_url: /],
  ["webhook_url", "https://", /^webhook_url: /],
  ["webhook_url", "https:hooks.example", /^webhook_url: /],
  ["webhook_url", `https://hooks.example/${"x".repeat(2_048)}`, /^webhook_url: /],
  ["webhook_url", `https://hooks.example/${"ä".repeat(400)}`, /^webhook_url: /],
])("%s is refused that reads %j", (field, text, message) => {
  const refusal = expect.objectContaining({ code: "validation_error", status: 400 });
  expect(() => read({ [field]: text })).toThrow(message);
  expect(() => read({ [field]: text })).toThrow(AppError);
  expect(() => read({ [field]: text })).toThrow(refusal);
});

test("a webhook address that no database can keep is refused", () => {
  expect(() => read({ webhook_url: "https://hooks.example/\u0000" })).toThrow("webhook_url");
});

test("a question of the caller's own is read with the model that it is for", () => {
  const schema = '{"type":"object","properties":{"colour":{"type":"string"}}}';
  expect(read({ instruction: " Which colour? ", schema }).instruction).toMatchObject({
    text: "Which colour?",
    schema,
  });
  expect(() => read({ instruction: "Which colour?", model: "local" })).toThrow(
    /^instruction: the model local/,
  );
});

test("a limit on costs is an amount of dollars with up to six decimals", () => {
  expect(read({ max_cost_usd: " 12.5 " }).maxCostMicros).toBe(12_500_000);
  expect(read({ max_cost_usd: "" }).maxCostMicros).toBeNull();
  for (const max_cost_usd of ["0", "-1", "1e3", "$5", "0.0000001", "1000000000", "NaN"])
    expect(() => read({ max_cost_usd })).toThrow(/^max_cost_usd: expected an amount of dollars/);
});
