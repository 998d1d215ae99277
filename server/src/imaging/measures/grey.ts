import type { RawPixels } from "../pixels.ts";

/**
 * Luma (BT.601, 16-bit fixed point, rounded) of every pixel, transparent ones seen on white: the colour that is put
 * behind them when nothing else is asked for, so a picture and its flattened copy measure the same.
 *
 * A picture of one channel is returned as it is.
 */
export function toGrey(pixels: RawPixels): RawPixels {
  const { data, width, height, channels } = pixels;
  if (channels === 1) return pixels;
  const grey = new Uint8Array(width * height);
  const colour = channels >= 3;
  const alphaAt = channels === 2 ? 1 : channels === 4 ? 3 : 0;
  for (let index = 0, at = 0; index < grey.length; index += 1, at += channels) {
    const first = data[at] ?? 0;
    const luma = colour
      ? (first * 19595 + (data[at + 1] ?? 0) * 38470 + (data[at + 2] ?? 0) * 7471 + 0x8000) >> 16
      : first;
    if (alphaAt === 0) {
      grey[index] = luma;
    } else {
      const alpha = data[at + alphaAt] ?? 0;
      grey[index] = (luma * alpha + 255 * (255 - alpha) + 127) / 255;
    }
  }
  return { data: grey, width, height, channels: 1 };
}
