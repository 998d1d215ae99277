import type { RawPixels } from "../pixels.ts";

export interface Transparency {
  readonly hasTransparency: boolean;
  /** 0 to 255; 255 where every pixel is opaque or there is no alpha channel. */
  readonly minimumAlpha: number;
  /** Share of the pixels that are not wholly opaque, 0 to 1. */
  readonly transparentShare: number;
}

const opaque: Transparency = { hasTransparency: false, minimumAlpha: 255, transparentShare: 0 };

/** How transparent the pixels are; an alpha channel that is 255 throughout counts as none. */
export function transparency(pixels: RawPixels): Transparency {
  const { data, width, height, channels } = pixels;
  if (channels === 1 || channels === 3 || isOpaque(pixels)) return opaque;
  let minimumAlpha = 255;
  let transparent = 0;
  for (let at = channels - 1; at < data.length; at += channels) {
    const alpha = data[at] ?? 0;
    if (alpha < minimumAlpha) minimumAlpha = alpha;
    if (alpha < 255) transparent += 1;
  }
  return {
    hasTransparency: minimumAlpha < 255,
    minimumAlpha,
    transparentShare: transparent / (width * height),
  };
}

/** Four pixels' worth of reading at once where memory allows it: full-size RGBA with no hole in it is the common case. */
function isOpaque({ data, channels }: RawPixels): boolean {
  if (channels !== 4 || data.byteOffset % 4 !== 0) return false;
  const mask = new Uint32Array(new Uint8Array([0, 0, 0, 255]).buffer)[0] ?? 0;
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
  let common = mask;
  for (let index = 0; index < words.length; index += 1) common &= words[index] ?? 0;
  return common === (mask | 0);
}
