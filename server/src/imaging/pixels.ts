/** Decoded pixels: 8 bits a channel, interleaved, row by row without padding, sRGB (or its grey). */
export interface RawPixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha (not premultiplied). */
  readonly channels: 1 | 2 | 3 | 4;
}

/**
 * Every n-th pixel of a picture, at most `side` on a side: a bounded look at pictures of any size, for measures that
 * average anyway.
 */
export function sparseCopy(pixels: RawPixels, side: number): RawPixels {
  const { channels } = pixels;
  const width = Math.min(side, pixels.width);
  const height = Math.min(side, pixels.height);
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, target = 0; y < height; y += 1) {
    const row = Math.floor(((y + 0.5) * pixels.height) / height) * pixels.width;
    for (let x = 0; x < width; x += 1) {
      const source = (row + Math.floor(((x + 0.5) * pixels.width) / width)) * channels;
      for (let channel = 0; channel < channels; channel += 1, target += 1) {
        data[target] = pixels.data[source + channel] ?? 0;
      }
    }
  }
  return { data, width, height, channels };
}
