import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { readHeader } from "../../src/imaging/index.ts";
import { loadCatalog } from "../../src/models/catalog.ts";
import { modelView } from "../../src/models/vision-rules.ts";
import { leaveToSoak } from "../needs.ts";
import { page, photoPixels } from "../pictures.ts";
import { temporaryFolder } from "../world.ts";
import { dataUrl, fromDataUrl, prepareClient } from "./client.ts";

/** Limits so tight that they bind on small pictures, which are quick. */
const tight = {
  providers: {
    claude: { envelope: { max_image_bytes: 2500, max_side: 220 } },
    openai: { envelope: { max_image_bytes: 9000, max_side: 150 } },
    gemini: { envelope: { max_image_bytes: 1500, max_side: 300 } },
  },
  models: [
    {
      id: "claude-sonnet-5-5",
      limits: { max_image_bytes: 4000 },
      rule: { edge: 224, max_tokens: 40 },
    },
    { id: "gpt-5.4-mini", limits: { max_image_bytes: 2000 }, rule: { budget: 30, max_side: 256 } },
  ],
};

/** `npm run soak` has more of them. */
const runs = process.env["SOAK"] === "1" ? 1_000 : 120;

const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 320 }));
const pictures = fc.record({
  width: side,
  height: side,
  content: fc.constantFrom("flat", "photo", "page", "noise"),
  alpha: fc.constantFrom("none", "opaque", "half"),
  stored: fc.constantFrom(
    ...[
      "jpeg",
      "progressive",
      "cmyk",
      "grey",
      "png",
      "palette",
      "deep",
      "interlaced",
      "gif",
      "webp",
      "lossless",
    ],
  ),
  orientation: fc.constantFrom(1, 1, 1, 2, 3, 4, 5, 6, 7, 8),
  seed: fc.nat({ max: 20 }),
});
type Picture = typeof pictures extends fc.Arbitrary<infer Value> ? Value : never;

const provider = fc.constantFrom("claude", "openai", "gemini");
const options = fc.record(
  {
    format: fc.constantFrom("JPEG", "PNG", "WEBP"),
    quality: fc.integer({ min: 1, max: 100 }),
    max_dimension: fc.integer({ min: 10, max: 400 }),
    preserve_transparency: fc.boolean(),
    background_color: fc.constantFrom("#FFFFFF", "#102030"),
  },
  { requiredKeys: [] },
);
type Options = typeof options extends fc.Arbitrary<infer Value> ? Value : never;
const requests = fc.record({
  provider,
  isNamed: fc.boolean(),
  // Nothing wished for is what lets pictures pass through.
  wishes: fc.oneof(fc.constant<Options>({}), options),
});

async function drawn({ width, height, content, seed }: Picture): Promise<Sharp> {
  if (content === "page") return page(width, height, seed);
  if (content === "flat")
    return sharp({ create: { width, height, channels: 3, background: `#3${seed % 10}6699` } });
  const pixels =
    content === "photo" ? await photoPixels(width, height, seed) : Buffer.alloc(width * height * 3);
  if (content === "noise")
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * 7919 * (seed + 3)) >> 5;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

async function encoded(picture: Picture): Promise<Buffer> {
  const base = await drawn(picture);
  const opaque = picture.alpha === "none" ? base : base.ensureAlpha(picture.alpha === "half" ? 0.5 : 1);
  const upright =
    picture.orientation === 1 ? opaque : opaque.withMetadata({ orientation: picture.orientation });
  const kinds: Readonly<Record<string, () => Sharp>> = {
    jpeg: () => upright.jpeg({ quality: 85 }),
    progressive: () => upright.jpeg({ progressive: true }),
    cmyk: () => upright.toColourspace("cmyk").jpeg(),
    grey: () => upright.toColourspace("b-w").png(),
    png: () => upright.png(),
    palette: () => upright.png({ palette: true }),
    deep: () => upright.toColourspace("rgb16").png(),
    interlaced: () => upright.png({ progressive: true }),
    gif: () => opaque.gif(),
    webp: () => upright.webp(),
    lossless: () => upright.webp({ lossless: true }),
  };
  return (kinds[picture.stored] ?? (() => upright.png()))().toBuffer();
}

leaveToSoak("any picture with any options", () => {
  test("for any picture and any options the result decodes, is within every limit, and is what the answer says", async () => {
    const folder = await temporaryFolder();
    const overrideFile = join(folder, "models.json");
    await writeFile(overrideFile, JSON.stringify(tight));
    const catalog = loadCatalog({ overrideFile });
    const { process } = await prepareClient({ DATA_DIR: folder, LOG_LEVEL: "error" });
    const named = { claude: "claude-sonnet-5-5", openai: "gpt-5.4-mini", gemini: undefined } as const;

    await fc.assert(
      fc.asyncProperty(pictures, requests, async (picture, { provider, isNamed, wishes }) => {
        const source = await encoded(picture);
        const header = readHeader(source);
        const model = isNamed ? named[provider] : undefined;
        const options = { ...wishes, ...(model === undefined ? {} : { model }) };
        const answer = await process({ image: dataUrl(source), provider, options });

        const { bytes, mediaType } = fromDataUrl(answer.processed_image);
        const decoded = sharp(bytes);
        const { format, width, height } = await decoded.metadata();
        const { channels } = (await decoded.raw().toBuffer({ resolveWithObject: true })).info;
        expect(answer.dimensions).toEqual([width, height]);
        expect(answer.processed_size).toBe(bytes.length);
        expect(answer.processed_format).toBe(format.toUpperCase());
        expect(mediaType).toBe(`image/${format}`);
        expect(answer.original_size).toBe(source.length);
        expect(answer.original_format).toBe(header.format.toUpperCase());

        const upright =
          header.orientation < 5 ? [picture.width, picture.height] : [picture.height, picture.width];
        const [fullWidth = 0, fullHeight = 0] = upright;
        const chosen = model === undefined ? undefined : catalog.findModel(model);
        const { envelope } = catalog.provider(provider);
        expect(bytes.length).toBeLessThanOrEqual(chosen?.limits.max_image_bytes ?? envelope.max_image_bytes);
        expect(width).toBeLessThanOrEqual(Math.min(fullWidth, wishes.max_dimension ?? 8000));
        expect(height).toBeLessThanOrEqual(Math.min(fullHeight, wishes.max_dimension ?? 8000));
        if (chosen === undefined) expect(Math.max(width, height)).toBeLessThanOrEqual(envelope.max_side);
        // The shape is kept, to the rounding of one pixel in each direction.
        expect(Math.abs(width * fullHeight - height * fullWidth)).toBeLessThanOrEqual(
          1.01 * (fullWidth + fullHeight),
        );

        const viewer = chosen ?? catalog.defaultModel(provider);
        const view = modelView(viewer, width, height);
        expect(answer.metadata.model_view).toMatchObject({
          model: viewer.id,
          width: view.width,
          height: view.height,
        });
        if (chosen) expect([view.width, view.height]).toEqual([width, height]);
        expect(answer.metadata.scale_to_original.x).toBeCloseTo(fullWidth / view.width, 3);

        if (wishes.format !== undefined) expect(answer.processed_format).toBe(wishes.format);
        const isOpaque = (await sharp(bytes).stats()).isOpaque;
        if (!answer.metadata.passed_through) expect(answer.metadata.has_transparency).toBe(!isOpaque);
        if (wishes.preserve_transparency === false || format === "jpeg") expect(isOpaque).toBe(true);
        expect(channels).toBeGreaterThanOrEqual(1);
        expect(readHeader(bytes)).toMatchObject({
          orientation: 1,
          hasExif: false,
          frames: 1,
          bitsPerChannel: 8,
        });
        const { passed_through, quality_used, encodes } = answer.metadata;
        expect(passed_through).toBe(encodes === 0);
        if (passed_through || format === "png") expect(quality_used).toBeNull();
        else expect(quality_used).toBeLessThanOrEqual(wishes.quality ?? 95);
      }),
      { numRuns: runs, seed: 8 },
    );
  }, 120_000);
});
