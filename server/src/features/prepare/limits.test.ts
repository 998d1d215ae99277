import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../models/catalog.ts";
import { AppError } from "../../platform/errors.ts";
import { describeView, limitsFor, megabytes, round, within } from "./limits.ts";
import { providerNames } from "./schema.ts";

const catalog = loadCatalog();
const megabyte = 2 ** 20;

function refusalOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("without a model", () => {
  test.each([
    ["claude", 5, 7990, "jpeg"],
    ["openai", 20, 2048, "png"],
    ["gemini", 20, 4096, "jpeg"],
  ] as const)(
    "the envelope that the reference documents holds for %s",
    (provider, maxMegabytes, side, preferred) => {
      const limits = limitsFor(catalog, provider, undefined);
      expect(limits).toMatchObject({
        provider,
        model: null,
        viewer: catalog.defaultModel(provider),
        maxBytes: maxMegabytes * megabyte,
        maxSide: side,
        preferredFormat: preferred,
        formats: ["jpeg", "png", "gif", "webp"],
        grid: null,
      });
      expect(limits.bestSize({ width: side, height: side })).toEqual({ width: side, height: side });
      expect(limits.bestSize({ width: side * 2, height: side })).toEqual({ width: side, height: side / 2 });
    },
  );
});

describe("with a model", () => {
  test.each(catalog.models().map((model) => [model.id, model] as const))(
    "the facts of %s hold",
    (id, model) => {
      const limits = limitsFor(catalog, model.provider, id.toUpperCase());
      expect(limits).toMatchObject({
        model,
        viewer: model,
        maxSide: model.limits.max_side,
        formats: model.formats,
      });
      expect(limits.maxBytes).toBeGreaterThan(megabyte);
      for (const source of [
        { width: 12_000, height: 9000 },
        { width: 300, height: 200 },
        { width: 1, height: 1 },
        { width: 20_000, height: 7 },
      ]) {
        const size = limits.bestSize(source);
        expect(size.width).toBeLessThanOrEqual(source.width);
        expect(size.height).toBeLessThanOrEqual(source.height);
        // What is sent is what is seen: no pixel is thrown away, and nothing is refused.
        expect(describeView(limits, size, source).model_view).toMatchObject({ ...size, accepted: true });
      }
    },
  );

  test("whose vendor limits the request only, an image takes at most three quarters of it: base64 adds a third", () => {
    for (const model of catalog.models()) {
      const { max_image_bytes, max_request_bytes } = model.limits;
      if (max_image_bytes !== null || max_request_bytes === null) continue;
      const { maxBytes } = limitsFor(catalog, model.provider, model.id);
      expect(Buffer.alloc(3).toString("base64").length * (maxBytes / 3)).toBeLessThanOrEqual(
        max_request_bytes,
      );
      expect(maxBytes).toBe(Math.floor(max_request_bytes * 0.75));
    }
  });

  test("that does not exist, the refusal names the field and models that are spelled alike", () => {
    const [model] = catalog.models();
    const id = `${model?.id}x`;
    const error = refusalOf(() => limitsFor(catalog, "claude", id));
    expect(error).toMatchObject({ code: "validation_error", status: 422 });
    expect(error.details).toMatchObject({
      field: "options.model",
      suggestions: expect.arrayContaining([model?.id]),
    });
    expect(error.message).toContain(`did you mean`);
  });

  test("that is like nothing, the refusal says where the catalog is and repeats no endless text", () => {
    const error = refusalOf(() => limitsFor(catalog, "claude", "@".repeat(5000)));
    expect(error.message).toContain("GET /api/v1/models");
    expect(error.message.length).toBeLessThan(250);
  });

  test("of another provider, the refusal says whose it is", () => {
    const error = refusalOf(() => limitsFor(catalog, "claude", catalog.defaultModel("gemini").id));
    expect(error).toMatchObject({ code: "validation_error", status: 422 });
    expect(error.details).toMatchObject({ field: "options.model" });
    expect(error.message).toContain('provider to "gemini"');
  });
});

describe("a size within a longest side", () => {
  test("keeps its shape, never grows, and has at least one pixel", () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 70_000 }),
      height: fc.integer({ min: 1, max: 70_000 }),
      side: fc.integer({ min: 1, max: 9000 }),
    });
    fc.assert(
      fc.property(sizes, ({ width, height, side }) => {
        const size = within({ width, height }, side);
        expect(Math.max(size.width, size.height)).toBe(Math.min(side, Math.max(width, height)));
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
        const exact = (size.width * height) / width;
        expect(Math.abs(size.height - Math.max(1, exact))).toBeLessThanOrEqual(0.5 + height / width);
      }),
    );
  });
});

describe("what is said of the model's view", () => {
  test.each(providerNames)(
    "of %s names its default model as assumed, without one in the request",
    (provider) => {
      const size = { width: 640, height: 480 };
      const view = describeView(limitsFor(catalog, provider, undefined), size, size);
      const model = catalog.defaultModel(provider);
      expect(view.model_view).toMatchObject({ model: model.id, model_assumed: true, as_of: model.as_of });
      expect(describeView(limitsFor(catalog, provider, model.id), size, size).model_view.model_assumed).toBe(
        false,
      );
    },
  );

  test("maps coordinates back to the original, through both shrinkings", () => {
    // Facts of the vendor's page: the standard tier sees 1920x1080 at 1456x819, for 1560 tokens.
    const standard = catalog
      .models()
      .find((model) => model.rule.name === "claude_patches" && model.rule.edge === 1568);
    const limits = limitsFor(catalog, "claude", standard?.id);
    const original = { width: 3840, height: 2160 };
    const view = describeView(limits, { width: 1920, height: 1080 }, original);
    expect(view).toMatchObject({ model_view: { width: 1456, height: 819 }, estimated_tokens: 1560 });
    expect(view.scale_to_original).toEqual({ x: round(3840 / 1456, 4), y: round(2160 / 819, 4) });
  });
});

test("a megabyte is 1024 times 1024 bytes, told with two decimals", () => {
  expect(megabytes(5 * megabyte)).toBe(5);
  expect(megabytes(1_024_768)).toBe(0.98);
  expect(megabytes(0)).toBe(0);
});
