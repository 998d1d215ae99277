import { rgbaToThumbHash } from "thumbhash";
import type { RawPixels } from "../pixels.ts";
import { boxAverage } from "./resample.ts";

/**
 * Longest side given to the encoder. It keeps at most 7 cosine waves a side, which 32 pixels carry in full: at its own
 * limit of 100 pixels the work takes two to three times as long and the hash differs by a step of one wave at most.
 */
const longestSide = 32;

/**
 * ThumbHash of a picture in base64: about 25 bytes that a browser draws as a blurred placeholder, with its aspect ratio
 * and transparency (https://evanw.github.io/thumbhash/).
 */
export function thumbHash(pixels: RawPixels): string {
  const scale = Math.min(1, longestSide / Math.max(pixels.width, pixels.height));
  const width = Math.max(1, Math.round(pixels.width * scale));
  const height = Math.max(1, Math.round(pixels.height * scale));
  const small = boxAverage(pixels, width, height);
  return Buffer.from(rgbaToThumbHash(width, height, toRgba(small))).toString("base64");
}

function toRgba({ data, width, height, channels }: RawPixels): Uint8Array {
  if (channels === 4) return data;
  const rgba = new Uint8Array(width * height * 4);
  const colours = channels >= 3 ? 3 : 1;
  for (let index = 0, from = 0, to = 0; index < width * height; index += 1, from += channels, to += 4) {
    for (let colour = 0; colour < 3; colour += 1) rgba[to + colour] = data[from + (colour % colours)] ?? 0;
    rgba[to + 3] = channels === 2 ? (data[from + 1] ?? 0) : 255;
  }
  return rgba;
}
