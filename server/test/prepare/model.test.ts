import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { processResponse, providerNames, validateResponse } from "../../src/features/prepare/schema.ts";
import { loadCatalog } from "../../src/models/catalog.ts";
import { modelView } from "../../src/models/vision-rules.ts";
import { page } from "../pictures.ts";
import { dataUrl, fromDataUrl, prepareClient, referencePixel } from "./client.ts";

const catalog = loadCatalog();

/** Cheap to make and to decode, and larger than any model looks at. */
const large = () =>
  sharp({ create: { width: 7000, height: 5250, channels: 3, background: "#336699" } })
    .jpeg({ quality: 60 })
    .toBuffer();

describe.each(providerNames)("a model of %s", (provider) => {
  const models = catalog.models().filter((model) => model.provider === provider);

  test("gets what it sees, and every fact of the answer belongs to the size returned", async () => {
    const { process } = await prepareClient();
    const image = dataUrl(await large());
    // One of each rule: the rules have tables of their own, the journey is the same for all models of one.
    const byRule = new Map(models.map((model) => [JSON.stringify(model.rule), model]));
    for (const model of byRule.values()) {
      const answer = await process({ image, provider, options: { model: model.id } });
      const { metadata, dimensions } = answer;
      const [width, height] = dimensions;
      expect(await sharp(fromDataUrl(answer.processed_image).bytes).metadata()).toMatchObject({
        width,
        height,
      });
      const view = modelView(model, width, height);
      expect(metadata, model.id).toMatchObject({
        model: model.id,
        model_view: {
          model: model.id,
          model_assumed: false,
          width,
          height,
          accepted: true,
          reason: null,
          rule: model.rule.name,
          as_of: model.as_of,
        },
        estimated_tokens: view.tokens,
      });
      expect(metadata.scale_to_original.x).toBeCloseTo(7000 / width, 3);
      expect(metadata.scale_to_original.y).toBeCloseTo(5250 / height, 3);
      expect(metadata.processing_options).toEqual({ model: model.id });
    }
  });

  test("that is not named is assumed, and shown, by process and by validate", async () => {
    const { process, validate } = await prepareClient();
    const image = dataUrl(await page(2000, 1500).png().toBuffer());
    const assumed = catalog.defaultModel(provider);
    const processed = await process({ image, provider });
    const seen = modelView(assumed, ...processed.dimensions);
    const expected = { model: null, model_view: { model: assumed.id, model_assumed: true } };
    expect(processed.metadata).toMatchObject(expected);
    expect(processed.metadata).toMatchObject({
      model_view: { width: seen.width, height: seen.height },
      estimated_tokens: seen.tokens,
    });
    const { metadata } = await validate({ image, provider });
    const whole = modelView(assumed, 2000, 1500);
    expect(metadata).toMatchObject(expected);
    expect(metadata).toMatchObject({
      provider,
      model_view: { width: whole.width, height: whole.height },
      estimated_tokens: whole.tokens,
      scale_to_original: {
        x: expect.closeTo(2000 / whole.width, 3),
        y: expect.closeTo(1500 / whole.height, 3),
      },
    });
  });
});

test("a model is found by its name in any case and by an alias", async () => {
  const { process } = await prepareClient();
  const aliased = catalog.models().find(({ aliases }) => aliases.length > 0);
  for (const model of catalog.models()) {
    const names = [model.id.toUpperCase(), ...(model === aliased ? model.aliases : [])];
    for (const name of names) {
      const answer = await process({
        image: referencePixel,
        provider: model.provider,
        options: { model: name },
      });
      expect(answer.metadata.model).toBe(model.id);
    }
  }
});

test("a model has a provider of its own, which need not be named", async () => {
  const { process, validate } = await prepareClient();
  for (const provider of providerNames) {
    const options = { model: catalog.defaultModel(provider).id };
    const answer = await process({ image: referencePixel, options });
    expect(answer.metadata).toMatchObject({ provider, model: options.model });
    expect(await validate({ image: referencePixel, options })).toMatchObject({ provider, valid: true });
  }
});

test("with a model the picture may stay in any format that the model takes", async () => {
  const { process } = await prepareClient();
  const webp = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#336699" } })
    .webp()
    .toBuffer();
  const model = catalog.defaultModel("claude").id;
  const answer = await process({ image: dataUrl(webp), provider: "claude", options: { model } });
  expect(answer).toMatchObject({ processed_format: "WEBP", metadata: { passed_through: true } });
  expect(fromDataUrl(answer.processed_image).bytes).toEqual(webp);
});

test("with a model validate says whether that model would take the picture", async () => {
  const { validate } = await prepareClient();
  const image = dataUrl(
    await sharp({ create: { width: 8001, height: 10, channels: 3, background: "#369" } })
      .png()
      .toBuffer(),
  );
  const model = catalog.models().find(({ limits }) => limits.max_side === 8000);
  const options = { model: model?.id };
  const answer = await validate({ image, provider: "claude", options });
  expect(answer).toMatchObject({
    valid: false,
    error_message: expect.stringContaining("exceed"),
    limits: { max_dimension: 8000 },
    metadata: { model: model?.id, model_view: { accepted: false, reason: expect.any(String) } },
  });
  expect(await validate({ image: referencePixel, provider: "claude", options })).toMatchObject({
    valid: true,
  });
});

describe.each(["process", "validate"])("%s refuses", (verb) => {
  test("a model that does not exist, with the nearest names", async () => {
    const { refuse } = await prepareClient();
    const { id } = catalog.defaultModel("claude");
    const request = { image: referencePixel, provider: "claude", options: { model: `${id}0` } };
    const error = await refuse(`/api/v1/${verb}`, request);
    expect(error.details).toMatchObject({
      field: "options.model",
      suggestions: expect.arrayContaining([id]),
    });
    expect(error.message).toContain(id);
  });

  test("a model of another provider, and says whose it is", async () => {
    const { refuse } = await prepareClient();
    const { id } = catalog.defaultModel("openai");
    const error = await refuse(`/api/v1/${verb}`, {
      image: referencePixel,
      provider: "gemini",
      options: { model: id },
    });
    expect(error.details).toMatchObject({ field: "options.model" });
    expect(error.message).toContain("openai");
  });
});

test("every answer of process and validate carries the view, whatever was sent", async () => {
  const { send } = await prepareClient();
  for (const provider of providerNames) {
    for (const options of [undefined, null, {}, { format: "PNG" }, { max_dimension: 10 }]) {
      const body = { image: referencePixel, provider, ...(options === undefined ? {} : { options }) };
      const processed = processResponse.parse((await send("/api/v1/process", body)).json());
      const validated = validateResponse.parse((await send("/api/v1/validate", body)).json());
      for (const metadata of [processed.metadata, validated.metadata]) {
        expect(metadata).toMatchObject({
          model_view: { width: 1, height: 1, accepted: true },
          scale_to_original: { x: 1, y: 1 },
        });
        expect(metadata).toHaveProperty("estimated_tokens");
      }
    }
  }
});
