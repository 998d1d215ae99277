import { decode, type WorkLimits } from "./decode.ts";
import { encode } from "./encode.ts";
import { uprightSize } from "./fit.ts";
import type { ImageHeader } from "./header.ts";
import type { RawPixels } from "./pixels.ts";

export interface SquareRequest {
  /** Pixels of a side; null for the longer side of the picture, which no square is larger than. */
  readonly side: number | null;
  readonly format: "png" | "webp";
  /** 1 to 100, or every pixel as it is; PNG always has every pixel. */
  readonly quality: number | "lossless";
}

export interface Square {
  readonly bytes: Buffer;
  readonly side: number;
}

/** The whole of the first frame in the middle of a square; what is left and right of it, or above and below, is clear. */
export async function square(
  bytes: Buffer,
  header: ImageHeader,
  { side, format, quality }: SquareRequest,
  limits: WorkLimits,
): Promise<Square> {
  const pixels = await squarePixels(bytes, header, { side, background: undefined }, limits);
  const lossless = quality === "lossless";
  const settings = { format, quality: lossless ? 100 : quality, lossless } as const;
  return {
    bytes: await encode(pixels, { ...settings, fullChroma: false, purpose: "bytes" }, limits),
    side: pixels.width,
  };
}

/** Of a side, in pixels. */
export function squareSide(header: ImageHeader, wanted: number | null): number {
  const { width, height } = uprightSize(header);
  const longer = Math.max(width, height);
  return Math.min(wanted ?? longer, longer);
}

/**
 * @param background `#RRGGBB` behind the picture and beside it; undefined leaves both clear
 * @returns four channels
 */
export async function squarePixels(
  bytes: Buffer,
  header: ImageHeader,
  { side: wanted, background }: { readonly side: number | null; readonly background: string | undefined },
  limits: WorkLimits,
): Promise<RawPixels> {
  const { width, height } = uprightSize(header);
  const side = squareSide(header, wanted);
  const within = (length: number) => Math.max(1, Math.round((length * side) / Math.max(width, height)));
  const inner = await decode(
    bytes,
    header,
    { width: within(width), height: within(height), background },
    limits,
  );
  const data = Buffer.alloc(
    side * side * 4,
    background === undefined ? 0 : `${background.slice(1)}ff`,
    "hex",
  );
  const left = Math.floor((side - inner.width) / 2);
  const top = Math.floor((side - inner.height) / 2);
  const grey = inner.channels < 3;
  const opaque = inner.channels % 2 === 1;
  for (let y = 0, source = 0; y < inner.height; y += 1) {
    let target = ((top + y) * side + left) * 4;
    for (let x = 0; x < inner.width; x += 1, source += inner.channels, target += 4) {
      data[target] = inner.data[source] ?? 0;
      data[target + 1] = inner.data[grey ? source : source + 1] ?? 0;
      data[target + 2] = inner.data[grey ? source : source + 2] ?? 0;
      data[target + 3] = opaque ? 255 : (inner.data[source + inner.channels - 1] ?? 0);
    }
  }
  return { data, width: side, height: side, channels: 4 };
}
