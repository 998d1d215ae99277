import sharp from "sharp";

/** A small seeded generator (mulberry32): the same pictures on every machine and in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

async function noiseLayer(cells: number, width: number, height: number, random: () => number) {
  const columns = Math.max(2, Math.min(width, cells));
  const rows = Math.max(2, Math.min(height, Math.round((cells * height) / width)));
  const data = Buffer.alloc(columns * rows * 3);
  for (let index = 0; index < data.length; index += 3) {
    const grey = random() * 255;
    // Neighbouring channels move together in photographs; independent noise would be a worst case for chroma.
    for (let channel = 0; channel < 3; channel += 1) data[index + channel] = grey * 0.75 + random() * 64;
  }
  return sharp(data, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
}

/** Photo-like pixels: octaves of noise whose contrast falls with their frequency, plus sensor grain. */
export async function photoPixels(width: number, height: number, seed = 1): Promise<Buffer> {
  const random = seededRandom(seed);
  const sum = new Float32Array(width * height * 3);
  let weights = 0;
  for (let cells = 3, weight = 1; cells <= Math.max(width, height) / 2; cells *= 3, weight *= 0.62) {
    const layer = await noiseLayer(cells, width, height, random);
    for (let index = 0; index < sum.length; index += 1) {
      sum[index] = (sum[index] ?? 0) + (layer[index] ?? 0) * weight;
    }
    weights += weight;
  }
  const pixels = Buffer.alloc(sum.length);
  for (let index = 0; index < sum.length; index += 1) {
    const stretched = ((sum[index] ?? 0) / weights - 128) * 1.8 + 128 + (random() - 0.5) * 20;
    pixels[index] = Math.max(0, Math.min(255, stretched));
  }
  return pixels;
}

/** A photo-like picture as a sharp pipeline, ready for an encoder. */
export async function photo(width: number, height: number, seed = 1) {
  return sharp(await photoPixels(width, height, seed), { raw: { width, height, channels: 3 } });
}

/** A page of glyph-like strokes on white with a coloured bar: what a screenshot or scan of text looks like to a codec. */
export function page(width: number, height: number, seed = 1) {
  const random = seededRandom(seed);
  const pixels = Buffer.alloc(width * height * 3, 255);
  const fill = (
    left: number,
    top: number,
    w: number,
    h: number,
    colour: readonly [number, number, number],
  ) => {
    for (let y = Math.max(0, top); y < Math.min(height, top + h); y += 1) {
      for (let x = Math.max(0, left); x < Math.min(width, left + w); x += 1) {
        pixels.set(colour, (y * width + x) * 3);
      }
    }
  };
  fill(0, 0, width, 44, [32, 92, 180]);
  for (let line = 64; line < height - 20; line += 22) {
    let x = 24;
    while (x < width - 40) {
      const glyph = 6 + Math.floor(random() * 4);
      fill(x, line, 2, 12, [20, 20, 24]);
      if (random() > 0.4) fill(x, line + Math.floor(random() * 10), glyph, 2, [20, 20, 24]);
      if (random() > 0.5) fill(x + glyph - 2, line + 4, 2, 8, [20, 20, 24]);
      x += random() > 0.85 ? glyph + 12 : glyph + 3;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** A photo-like picture whose grain was averaged away, as a camera's noise reduction leaves it. */
export async function smoothPhoto(width: number, height: number, seed = 1) {
  const data = await (await photo(width, height, seed)).blur(1.2).raw().toBuffer();
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The page drawn twice as large and averaged: its edges are ramps of grey, as those of rendered text are. */
export async function renderedPage(width: number, height: number, seed = 1) {
  const drawn = await page(width * 2, height * 2, seed)
    .raw()
    .toBuffer();
  const raw = { width: width * 2, height: height * 2, channels: 3 } as const;
  const data = await sharp(drawn, { raw }).resize(width, height).raw().toBuffer();
  return sharp(data, { raw: { width, height, channels: 3 } });
}
