import { randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { createGate, until } from "../engine/world.ts";
import { asking as askingReplicate, drawingReplicate } from "../media/service.ts";
import { leaveToSoak } from "../needs.ts";
import { startGeminiImages } from "../simulators/gemini-images.ts";
import { addressIn } from "./client.ts";
import { asking, drawingOpenai, drawn, drawnSide } from "./drawing-openai.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();

async function setup(env: Readonly<Record<string, string>> = {}) {
  const openai = await drawingOpenai();
  return { openai, ...(await start({ ...asking(openai), ...env })) };
}

const bodyOf = (request: { readonly body: unknown } | undefined) =>
  request?.body as Readonly<Record<string, unknown>>;

test("a batch asks OpenAI for each icon once, with a transparent background and the words of its style and colours", async () => {
  const { openai, client } = await setup({ OPENAI_IMAGE_SIZE: "1536x1024" });
  const { results, ...summary } = await client.batch({
    categories: ["electronics", "tools", "automotive"],
    ...{ style: "flat", color_scheme: "blue_tones", variations_per_category: 2 },
    custom_elements: { electronics: ["circuit", "device"] },
    metadata: { order: 7 },
  });
  expect(summary).toMatchObject({ total_requested: 6, successful: 6, failed: 0, metadata: { order: 7 } });
  expect(results.map(({ metadata: { category, style } }) => [category, style])).toEqual(
    ["electronics", "tools", "automotive"].flatMap((category) => [
      [category, "flat"],
      [category, "modern"],
    ]),
  );

  expect(openai.requests).toHaveLength(6);
  for (const { body, authorization } of openai.requests) {
    expect(authorization).toBe(`Bearer ${openai.key}`);
    expect(body).toEqual({
      ...{ model: "gpt-image-2", n: 1, background: "transparent", size: "1536x1024", output_format: "png" },
      prompt: expect.stringContaining("Transparent background"),
    });
  }
  // Each is told with its icon, so whoever pays can read what was asked.
  const prompts = results.map(({ metadata: { prompt } }) => prompt);
  expect(openai.requests.map(({ body }) => bodyOf({ body })["prompt"]).sort()).toEqual([...prompts].sort());
  const [circuit, modern, tools] = prompts;
  expect(circuit).toMatch(/“electronics”, showing circuit and device/);
  expect(circuit).not.toBe(modern);
  for (const prompt of prompts) expect(prompt).toMatch(/blue/i);
  const lineOf = (prompt = "", name = "") => prompt.split("\n").find((line) => line.startsWith(name));
  expect(lineOf(tools, "Style:")).toBe(lineOf(circuit, "Style:"));
  expect(lineOf(modern, "Style:")).not.toBe(lineOf(circuit, "Style:"));

  for (const icon of results) {
    expect(icon.metadata).toMatchObject({
      provider: "openai",
      model: "gpt-image-2",
      cached: false,
      attempts: 1,
    });
    const { status, bytes } = await client.open(addressIn(icon));
    expect(status).toBe(200);
    expect(bytes).toEqual(openai.picture);
  }
});

// Ordinarily the batch above is enough, and this set as it is drawn without a model.
leaveToSoak("the set of the contact sheet, asked of OpenAI", () => {
  test("twelve categories in each of the seven styles are asked for once each", async () => {
    const { openai, client } = await setup({ ICON_CONCURRENCY: "16", MEDIA_CONCURRENCY: "16" });
    const categories = [
      ...["office supplies", "electronics", "tools", "automotive", "home & garden", "sports"],
      ...["clothing", "food & beverage", "health & beauty", "books & media", "toys & games", "jewelry"],
    ];
    const { results, successful } = await client.batch({
      ...{ categories, style: "minimal", variations_per_category: 7, sizes: [64], format: "webp" },
    });
    expect(successful).toBe(84);
    const asked = openai.requests.map(({ body }) => bodyOf({ body })["prompt"]);
    expect(new Set(asked).size).toBe(84);
    expect(openai.starts).toHaveLength(84);
    const styles = new Set(results.map(({ metadata: { category, style } }) => `${category} ${style}`));
    expect(styles.size).toBe(84);
    for (const { metadata } of results) expect(asked).toContain(metadata.prompt);
  });
});

test("other sizes and formats are made of the picture that is there, without asking again", async () => {
  const { openai, client } = await setup();
  const icon = { category: "lighthouse", style: "flat" };
  await client.make(icon);
  const webp = await client.make({ ...icon, format: "webp", sizes: [64, 1024] });
  const decoded = await sharp((await client.open(webp.image_url)).bytes).metadata();
  // A model's picture is never made larger: what is beyond it is had as large as it is.
  expect(decoded).toMatchObject({ format: "webp", width: drawnSide, height: drawnSide, hasAlpha: true });
  const small = webp.metadata.files?.find(({ size }) => size === 64);
  const opened = await client.open(small?.url ?? "");
  expect(opened.headers.get("content-type")).toBe("image/webp");
  expect(await sharp(opened.bytes).metadata()).toMatchObject({ format: "webp", width: 64, height: 64 });
  const ico = await client.make({ ...icon, format: "ico", sizes: [16, 32] });
  const { bytes } = await client.open(ico.image_url);
  expect([...bytes.subarray(0, 6)]).toEqual([0, 0, 1, 0, 2, 0]);
  expect(openai.starts).toHaveLength(1);

  const svg = await client.generate({ ...icon, category: "another", format: "svg" });
  expect(svg).toMatchObject({
    status: 400,
    body: {
      error: "icon_svg_unavailable",
      metadata: { field: "format", valid_options: ["png", "webp", "ico"] },
    },
  });
  const set = await client.order({ categories: ["another"], format: "svg" });
  expect(set).toMatchObject({ status: 400, body: { error: "icon_svg_unavailable" } });
  expect(openai.starts).toHaveLength(1);
});

test("a storage that is not there costs nothing: the model is not asked again, and all is found when it is back", async () => {
  const { openai, client, config } = await setup();
  const icon = { category: `a barn ${randomUUID()}`, style: "flat" };
  await client.make(icon);
  const stored = join(config.DATA_DIR, "files", "icons");
  renameSync(stored, `${stored}-away`);
  try {
    const lost = await client.generate({ ...icon, format: "webp" });
    expect(lost).toMatchObject({ status: 500, body: { success: false, error: "picture_lost" } });
  } finally {
    rmSync(stored, { recursive: true, force: true });
    renameSync(`${stored}-away`, stored);
  }
  const found = await client.make({ ...icon, format: "webp" });
  expect((await client.open(found.image_url)).headers.get("content-type")).toBe("image/webp");
  expect(openai.starts).toHaveLength(1);
});

test("what is asked for twice at a time is made once, and both have it, in their own sizes", async () => {
  const { openai, client } = await setup();
  const gate = createGate();
  openai.answer(async () => {
    await gate.pass();
    return drawn(openai.picture);
  });
  const first = client.make({ category: "a mill" });
  await openai.arrived(1);
  const second = client.make({ category: "a mill" });
  const batch = await client.begin({ categories: ["a mill", "A  Mill"], format: "webp", sizes: [32] });
  // The others are there, and wait for the one that was begun.
  await until(async () => expect(await client.stats()).toMatchObject({ total_active_jobs: 3 }));
  gate.open();
  const [one, other] = await Promise.all([first, second]);
  await client.ended(batch);
  const { results } = await client.result(batch);
  expect(openai.starts).toHaveLength(1);
  expect(other.local_path).toBe(one.local_path);
  expect([one.metadata.cached, other.metadata.cached].sort()).toEqual([false, true]);
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ success: true, local_path: expect.stringMatching(/_32\.webp$/) });
});

test("a provider that is asked too often is waited for, and that is no failed try", async () => {
  const { openai, client } = await setup();
  let limits = 0;
  openai.answer(() => {
    limits += 1;
    if (limits <= 1) return { kind: "limited", scope: "unknown", retryAfterMs: 20 };
    return drawn(openai.picture);
  });
  const { metadata } = await client.make({ category: "a kiln" });
  expect(metadata).toMatchObject({ attempts: 1, cached: false });
  expect(openai.starts).toHaveLength(2);
});

test("a provider that fails is asked three times, and the answer says so; the next request tries again", async () => {
  const { openai, client } = await setup();
  openai.answer({ kind: "error", status: 500, message: "The server had an error." });
  const failed = await client.generate({ category: "Power Tools", style: "flat" });
  expect(failed.status).toBe(500);
  expect(failed.body).toEqual({
    ...{ success: false, message: expect.any(String), error: "model_unavailable" },
    metadata: { category: "Power Tools", attempts: 3 },
  });
  expect(failed.headers.get("x-error-code")).toBe("model_unavailable");
  expect(openai.starts).toHaveLength(3);

  openai.answer(drawn(openai.picture));
  expect(await client.make({ category: "Power Tools", style: "flat" })).toMatchObject({
    metadata: { cached: false, attempts: 1 },
  });
  expect(openai.starts).toHaveLength(4);
  expect(await client.stats()).toMatchObject({ total_generated: 1, total_failed: 1, success_rate: 50 });
});

test("one icon that is refused does not fail its batch; a batch of which nothing came has failed", async () => {
  const { openai, client } = await setup();
  openai.answer(({ prompt }) =>
    prompt.includes("a weapon") ? { kind: "refusal", form: "moderation_blocked" } : drawn(openai.picture),
  );
  const { results, ...summary } = await client.batch({ categories: ["a basket", "a weapon", "a bell"] });
  expect(summary).toMatchObject({ total_requested: 3, successful: 2, failed: 1 });
  const [basket, weapon] = results;
  expect(basket).toMatchObject({ success: true, error: null });
  expect(weapon).toMatchObject({
    ...{ success: false, image_url: null, local_path: null, error: expect.stringMatching(/\w/) },
    metadata: { category: "a weapon", error_code: "refused" },
  });
  // What a policy refuses it refuses again.
  expect(openai.starts).toHaveLength(3);

  openai.answer({ kind: "refusal", form: "moderation_blocked" });
  const none = await client.batch(
    { categories: ["a sword", "a spear"] },
    { status: "failed", progress: 100 },
  );
  expect(none).toMatchObject({ successful: 0, failed: 2 });
  expect(await client.batches()).toMatchObject([{ status: "failed" }, { status: "completed" }]);
});

test("a model's picture that is gone is made once more for who asks, beside the files of it that are left", async () => {
  const { openai, client, database } = await setup();
  const icon = { category: "a windmill", format: "webp" };
  const small = await client.make({ ...icon, sizes: [64] });
  const whole = await client.make({ ...icon, format: "png" });
  expect(openai.starts).toHaveLength(1);
  await sql`delete from assets where id = ${whole.metadata.asset_id}::uuid`.execute(database.sql);
  // What is there is not paid for again, and what is not there is.
  expect(await client.make({ ...icon, sizes: [64] })).toMatchObject({ local_path: small.local_path });
  expect(openai.starts).toHaveLength(1);
  const both = await client.make({ ...icon, sizes: [32, 64] });
  expect(both.metadata).toMatchObject({ cached: false });
  expect(openai.starts).toHaveLength(2);
  for (const { url } of both.metadata.files ?? []) expect((await client.open(url)).status).toBe(200);
});

test("Replicate makes an icon on white, as a square, of a picture that is none", async () => {
  const replicate = await drawingReplicate();
  const { client } = await start(askingReplicate(replicate));
  const icon = await client.make({ category: "a windmill", style: "vintage", custom_elements: ["sails"] });
  expect(icon.metadata).toMatchObject({ provider: "replicate", model: "black-forest-labs/flux-schnell" });
  expect(icon.metadata.prompt).toMatch(/showing sails[\s\S]*Plain pure white background/);
  expect(replicate.predictions.map(({ input }) => input)).toEqual([
    expect.objectContaining({ aspect_ratio: "1:1", num_outputs: 1, prompt: icon.metadata.prompt }),
  ]);
  const { bytes } = await client.open(addressIn(icon));
  // The simulator's pictures are 64 × 48.
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([64, 64]);
  await client.make({ category: "a windmill", style: "vintage", custom_elements: ["sails"] });
  expect(replicate.starts).toHaveLength(1);
});

test("Gemini makes one as well, and ICON_MODEL says which of several is asked", async () => {
  const gemini = await startGeminiImages();
  onTestFinished(() => gemini.close());
  const openai = await drawingOpenai();
  gemini.answer(drawn(openai.picture));
  const { client } = await start({
    ...{ OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: openai.key, OPENAI_MODEL: openai.model },
    ...{ GEMINI_BASE_URL: gemini.url, GEMINI_API_KEYS: gemini.key, ICON_MODEL: `gemini/${gemini.model}` },
  });
  const { metadata } = await client.make({ category: "a windmill" });
  expect(metadata).toMatchObject({ provider: "gemini", model: gemini.model });
  expect(metadata.prompt).toContain("Plain pure white background");
  expect(gemini.starts).toHaveLength(1);
  expect(gemini.shapes).toMatchObject([{ aspectRatio: "1:1" }]);
  expect(openai.starts).toEqual([]);
});
