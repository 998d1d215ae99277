import sharp from "sharp";
import { ModelError, type VisionRequest } from "../contract.ts";

/** Longer side for the pass over whole pages, in pixels: what 11-point text on A4 needs (137 dpi). */
export const pageSide = 1600;
/**
 * Longer side for the pass over signs. The recogniser takes letters higher than some 100 pixels for drawings: of twelve
 * drawn signs, it read the largest lettering of seven at 1 200 pixels and of ten with a second look at 500.
 */
const signSide = 500;

/** Eight-bit grey, ready to be read. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/**
 * The picture as one channel of grey, at most `pageSide` pixels a side.
 *
 * @throws {ModelError} `rejected` when it cannot be decoded
 */
export async function toReadable({ image, width, height }: VisionRequest): Promise<GreyPicture> {
  try {
    const { data, info } = await sharp(image, {
      pages: 1,
      // The caller has said how large it is; a file that is larger than that is not the one that was checked.
      limitInputPixels: width * height,
    })
      .autoOrient()
      .toColourspace("b-w")
      .resize({ width: pageSide, height: pageSide, fit: "inside", withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const opaque = info.channels === 1 ? data : onContrast(data);
    return { width: info.width, height: info.height, data: opaque };
  } catch (cause) {
    throw new ModelError({ kind: "rejected", reason: "The picture cannot be decoded." }, { cause });
  }
}

/** A copy of at most `signSide` pixels a side. */
export async function toSignSize(picture: GreyPicture): Promise<GreyPicture> {
  const { width, height } = picture;
  if (Math.max(width, height) <= signSide) return picture;
  const { data, info } = await sharp(picture.data, { raw: { width, height, channels: 1 } })
    .resize({ width: signSide, height: signSide, fit: "inside" })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** PGM (netpbm), which the recogniser reads without decoding anything. */
export const toPgm = ({ width, height, data }: GreyPicture): Buffer =>
  Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]);

/** Mean of all pixels, 0 (black) to 1 (white). */
export function brightness({ data }: GreyPicture): number {
  let sum = 0;
  for (const grey of data) sum += grey;
  return sum / data.length / 255;
}

/** Puts grey with alpha on black or white, whichever is further from it: white letters vanish on white. */
function onContrast(data: Buffer): Buffer {
  let sum = 0;
  let weight = 0;
  for (let index = 0; index < data.length; index += 2) {
    const alpha = data[index + 1] ?? 0;
    sum += (data[index] ?? 0) * alpha;
    weight += alpha;
  }
  const background = weight > 0 && sum / weight > 127 ? 0 : 255;
  const opaque = Buffer.alloc(data.length / 2);
  for (let index = 0; index < opaque.length; index += 1) {
    const alpha = data[index * 2 + 1] ?? 0;
    opaque[index] = Math.round(((data[index * 2] ?? 0) * alpha + background * (255 - alpha)) / 255);
  }
  return opaque;
}
