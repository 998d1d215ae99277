import sharp from "sharp";
import { expect, test } from "vitest";
import { photo } from "../../test/pictures.ts";
import { encode } from "./encode.ts";
import { readHeader } from "./index.ts";

const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });

test("settings for few bytes give fewer bytes than those for speed, in every format", async () => {
  const data = await (await photo(300, 200)).raw().toBuffer();
  const pixels = { data, width: 300, height: 200, channels: 3 } as const;
  for (const format of ["jpeg", "webp", "png"] as const) {
    const settings = { format, quality: 80, fullChroma: false };
    const small = await encode(pixels, { ...settings, purpose: "bytes" }, limits());
    const fast = await encode(pixels, { ...settings, purpose: "speed" }, limits());
    expect(small.length, format).toBeLessThan(fast.length);
    expect(readHeader(small)).toMatchObject({ format, width: 300, height: 200 });
  }
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
