import sharp from "sharp";
import { expect, test } from "vitest";
import { renderedPage, smoothPhoto } from "../../test/pictures.ts";
import { encode } from "./encode.ts";
import { readHeader } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

test("settings for few bytes give fewer bytes than those for speed, in every format", async () => {
  // Noise is what no setting of PNG makes smaller.
  const data = await (await smoothPhoto(300, 200)).raw().toBuffer();
  const pixels = { data, width: 300, height: 200, channels: 3 } as const;
  for (const format of ["jpeg", "webp", "png"] as const) {
    const settings = { format, quality: 80, fullChroma: false };
    const small = await encode(pixels, { ...settings, purpose: "bytes" }, limits());
    const fast = await encode(pixels, { ...settings, purpose: "speed" }, limits());
    expect(small.length, format).toBeLessThan(fast.length);
    expect(readHeader(small)).toMatchObject({ format, width: 300, height: 200 });
  }
});

test("settings for few bytes give fewer bytes than those for speed for text in PNG, where filters cost", async () => {
  const data = await (await renderedPage(600, 450)).raw().toBuffer();
  const pixels = { data, width: 600, height: 450, channels: 3 } as const;
  const settings = { format: "png", quality: 100, fullChroma: true } as const;
  const small = await encode(pixels, { ...settings, purpose: "bytes" }, limits());
  const fast = await encode(pixels, { ...settings, purpose: "speed" }, limits());
  expect(small.length).toBeLessThan(fast.length * 0.9);
});

test("a JPEG for speed has the standard Huffman tables at high qualities, and its own at low ones", async () => {
  const data = await (await smoothPhoto(300, 200)).raw().toBuffer();
  const pixels = { data, width: 300, height: 200, channels: 3 } as const;
  const share = async (quality: number) => {
    const settings = { format: "jpeg", quality, fullChroma: false, purpose: "speed" } as const;
    const { length } = await encode(pixels, settings, limits());
    const raw = { width: 300, height: 200, channels: 3 } as const;
    return length / (await sharp(data, { raw }).jpeg({ quality, optimiseCoding: false }).toBuffer()).length;
  };
  expect(await share(90)).toBe(1);
  expect(await share(60)).toBeLessThan(0.95);
});

test("JPEG keeps chroma at full resolution where it is asked to", async () => {
  const pixels = { data: new Uint8Array(60 * 40 * 3), width: 60, height: 40, channels: 3 } as const;
  for (const fullChroma of [true, false]) {
    const settings = { format: "jpeg", quality: 80, fullChroma, purpose: "speed" } as const;
    expect(readHeader(await encode(pixels, settings, limits())).chromaSubsampled).toBe(!fullChroma);
  }
});

test("more detail than WebP's first partition holds fails as cannot_fit: the picture is not damaged", async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const grain = sharp({ create: { width: 1250, height: 1000, channels: 3, background: "#888", noise } });
  const data = await sharp(await grain.png().toBuffer())
    .resize(5000, 4000)
    .raw()
    .toBuffer();
  const pixels = { data, width: 5000, height: 4000, channels: 3 } as const;
  const settings = { format: "webp", quality: 95, fullChroma: false, purpose: "speed" } as const;
  await expect(encode(pixels, settings, limits())).rejects.toMatchObject({ code: "cannot_fit" });
});
