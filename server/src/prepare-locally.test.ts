import { expect, test } from "vitest";
import { photo } from "../test/pictures.ts";
import { createLocalPreparation } from "./prepare-locally.ts";

const never = new AbortController().signal;

test("prepares what is asked for, and says what the picture would have taken as it is", async () => {
  const local = createLocalPreparation({ concurrency: 1 });
  const wish = local.check({ options: { model: "gpt-5.6-terra", max_dimension: 512, format: "jpg" } });
  const bytes = await (await photo(1600, 1200)).png().toBuffer();
  const { result, original, tokensBefore, view } = await local.prepare(bytes, wish, never);
  expect(result).toMatchObject({ format: "jpeg", width: 512, height: 384 });
  expect(original).toEqual({ width: 1600, height: 1200, bytes: bytes.length });
  expect(tokensBefore).toBeGreaterThan(view.estimated_tokens ?? 0);
});

test("more pictures than there are slots wait for their turn, however long that takes", async () => {
  const local = createLocalPreparation({ concurrency: 1 });
  const wish = local.check({ provider: "claude", options: { quality: 80 } });
  const bytes = await (await photo(640, 480)).jpeg().toBuffer();
  const all = await Promise.all(Array.from({ length: 20 }, () => local.prepare(bytes, wish, never)));
  expect(new Set(all.map(({ result }) => result.bytes.toString("base64"))).size).toBe(1);
});

test("every field that is wrong is told by its name, before there is a picture", () => {
  const local = createLocalPreparation();
  const check = (provider: string | undefined, options: Record<string, unknown>) => () =>
    local.check({ provider, options });
  expect(check("claud", { quality: 101 })).toThrow(
    "provider: is not supported; expected one of claude, openai, gemini; quality: expected a whole number from 1 to 100",
  );
  expect(check(undefined, {})).toThrow(/^provider: is required/);
  expect(check(undefined, { model: "gpt-5.6-tera" })).toThrow(
    /there is no model "gpt-5.6-tera" .* did you mean/,
  );
  expect(check("openai", { model: "claude-sonnet-5-5" })).toThrow(/is a model of claude/);
});

test("what is no picture, or none at all, is refused as the service refuses it", async () => {
  const local = createLocalPreparation();
  const wish = local.check({ provider: "claude", options: {} });
  await expect(local.prepare(Buffer.from("no picture"), wish, never)).rejects.toMatchObject({
    code: "validation_error",
    details: { reason: "not_an_image" },
  });
  await expect(local.prepare(Buffer.alloc(0), wish, never)).rejects.toMatchObject({
    details: { reason: "empty" },
  });
  await expect(local.prepare(Buffer.alloc(51 * 2 ** 20), wish, never)).rejects.toMatchObject({ status: 413 });
  const gone = AbortSignal.abort(new Error("gone"));
  const bytes = await (await photo(64, 64)).png().toBuffer();
  const encoded = local.check({ provider: "claude", options: { quality: 50 } });
  await expect(local.prepare(bytes, encoded, gone)).rejects.toThrow("gone");
});
