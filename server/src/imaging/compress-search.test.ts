import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { page, photo, smoothPhoto } from "../../test/pictures.ts";
import type { CompressRequest } from "./compress.ts";
import { readHeader } from "./container.ts";
import { qualityScales } from "./quality-scale.ts";
import { configureSharp } from "./sharp.ts";
import { comparable, comparedSize, worstSimilarity } from "./similarity.ts";
import { make as makeAny, opened } from "./test-compress.ts";

// Files that are written are read again, which a server's decoders have to allow.
beforeAll(configureSharp);

/** What is promised of a quality that is found. */
const looksAlike = 0.95;

const make = (bytes: Buffer, wishes: Partial<CompressRequest>) =>
  makeAny(bytes, { effort: "fast", ...wishes });

/** By a decoder that knows nothing of what made the file. */
async function similarityOf(source: Buffer, file: Buffer): Promise<number> {
  const { width, height } = await sharp(file).metadata();
  const size = comparedSize({ width, height });
  const [one, other] = [await comparable(sharp(source), size), await comparable(sharp(file), size)];
  return worstSimilarity(one, other);
}

/** A disc on nothing, with a bar across. */
function logo() {
  const pixels = Buffer.alloc(240 * 240 * 4);
  for (let at = 0; at < 240 * 240; at += 1) {
    const [x, y] = [at % 240, Math.floor(at / 240)];
    if (Math.hypot(x - 120, y - 120) > 100) continue;
    pixels.set(y > 90 && y < 140 ? [255, 255, 255, 255] : [230, 50, 60, 255], at * 4);
  }
  return sharp(pixels, { raw: { width: 240, height: 240, channels: 4 } });
}
const jpeg = async () => (await photo(640, 480)).jpeg({ quality: 95 }).toBuffer();
const sources: Readonly<Record<string, () => Promise<Buffer>>> = {
  "a photograph": jpeg,
  "a photograph without grain": async () => (await smoothPhoto(640, 480)).jpeg({ quality: 95 }).toBuffer(),
  "text in a JPEG": () => page(640, 480).jpeg({ quality: 95 }).toBuffer(),
  "text in a PNG": () => page(640, 480).png().toBuffer(),
  "a logo": () => logo().png().toBuffer(),
  "a photograph in a PNG": async () => (await photo(320, 240)).png().toBuffer(),
  "a GIF": async () => (await smoothPhoto(320, 240)).gif().toBuffer(),
};

describe("quality that is found", () => {
  test.each(Object.entries(sources))("of %s looks like it, and is not much better", async (_, source) => {
    const bytes = await source();
    for (const format of ["keep", "webp", "auto"] as const) {
      const result = await make(bytes, { quality: "auto", format });
      const similarity = await similarityOf(bytes, result.bytes);
      const { floor, ceiling } = qualityScales[result.format];
      // WebP stores half as much colour: what is scattered by a palette or grain may be beyond it.
      const best = format === "webp" && result.quality === ceiling;
      expect(similarity).toBeGreaterThan(best ? 0.8 : looksAlike - 0.005);
      expect(Math.abs(similarity - (result.similarity ?? 0))).toBeLessThan(0.005);
      expect(result.bytes.length).toBeLessThanOrEqual(bytes.length);
      // A palette goes from too few colours to enough in one step.
      const coarse = result.format === "png" || result.format === "gif";
      if (result.quality !== floor && !result.unchanged && !coarse) expect(similarity).toBeLessThan(0.97);
    }
  });

  test("is one for all as AVIF, whose files are not looked at, and says so", async () => {
    const bytes = await jpeg();
    const result = await make(bytes, { quality: "auto", format: "avif" });
    expect(result).toMatchObject({ format: "avif", quality: 50, similarity: null });
    expect(await opened(() => similarityOf(bytes, result.bytes))).toBeGreaterThan(0.9);
  });

  test("differs by what is in a picture", async () => {
    const qualities = await Promise.all(
      ["a photograph", "text in a JPEG"].map(async (kind) => {
        const result = await make((await sources[kind]?.()) ?? Buffer.of(), { quality: "auto" });
        return result.quality ?? 100;
      }),
    );
    expect(qualities[0]).toBeGreaterThan((qualities[1] ?? 100) + 10);
  });

  test("is never more than the source was stored with, be it less than what is usually chosen", async () => {
    const bytes = await (await photo(640, 480)).jpeg({ quality: 20, optimiseCoding: false }).toBuffer();
    const { quality } = await make(bytes, { quality: "auto", effort: "best" });
    expect(quality).toBeLessThanOrEqual(20);
  });

  test("holds for all frames of a film that begins in black", async () => {
    const scene = await (await smoothPhoto(160, 120)).png().toBuffer();
    const film = await Promise.all(
      [0, 0, 1, 1].map((light) => sharp(scene).linear(light, 0).png().toBuffer()),
    );
    const bytes = await sharp(film, { join: { animated: true } })
      .webp({ quality: 98, delay: [40, 90, 40, 40], mixed: true })
      .toBuffer();
    const result = await make(bytes, { quality: "auto" });
    const [one, other] = await Promise.all(
      [bytes, result.bytes].map(async (file) =>
        sharp(file, { page: -1 + readHeader(file).frames })
          .png()
          .toBuffer(),
      ),
    );
    expect(await similarityOf(one ?? Buffer.of(), other ?? Buffer.of())).toBeGreaterThan(looksAlike - 0.01);
    const { delay = [] } = await sharp(result.bytes, { pages: -1 }).metadata();
    expect(delay.reduce((sum, each) => sum + each, 0)).toBe(210);
  });
});
