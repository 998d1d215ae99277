import sharp from "sharp";
import { expect } from "vitest";
import { type CompressRequest, compress } from "./compress.ts";
import { readHeader } from "./container.ts";

export const limits = () => ({ maxPixels: 1e8, deadline: performance.now() + 30_000 });
export const plain: CompressRequest = {
  format: "keep",
  quality: 50,
  maxDimension: null,
  targetBytes: null,
  effort: "balanced",
};
export const make = async (bytes: Buffer, wishes: Partial<CompressRequest> = {}) =>
  await compress(bytes, readHeader(bytes), { ...plain, ...wishes }, limits());

let looking = 0;

/** Looks at what may be an AVIF, whose decoder is closed to the code under test. */
export async function opened<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  const operation = ["VipsForeignLoadHeifBuffer"];
  if (looking === 0) sharp.unblock({ operation });
  looking += 1;
  try {
    return await look();
  } finally {
    looking -= 1;
    if (looking === 0) sharp.block({ operation });
  }
}

/** What a decoder that knows nothing of us says of a file; of an animation, the size of a frame. */
export async function seen(bytes: Buffer) {
  const read = await opened(async () => {
    await sharp(bytes, { pages: -1 }).stats();
    return await sharp(bytes, { pages: -1 }).metadata();
  });
  const { format, autoOrient, pageHeight, pages = 1, delay, loop, hasAlpha, space, depth } = read;
  const height = pageHeight ?? autoOrient.height;
  return { format, width: autoOrient.width, height, pages, delay, loop, hasAlpha, space, depth };
}

/** Frames of many colours that differ, with a time of their own and a number of loops. */
export async function animation(format: "gif" | "webp"): Promise<Buffer> {
  const frame = (shift: number) =>
    Buffer.from(
      Array.from({ length: 96 * 64 }, (_, at) => [
        Math.round((at % 96) * 2.6),
        Math.floor(at / 96) * 4,
        (shift * 80 + ((at % 96) >> 3) * 2) % 256,
      ]).flat(),
    );
  const raw = { raw: { width: 96, height: 64, channels: 3 as const } };
  const frames = await Promise.all([0, 1, 2].map((shift) => sharp(frame(shift), raw).png().toBuffer()));
  const joined = sharp(frames, { join: { animated: true } });
  const timing = { delay: [100, 250, 70], loop: 4 };
  return format === "gif"
    ? joined.gif(timing).toBuffer()
    : joined.webp({ ...timing, quality: 95 }).toBuffer();
}

export async function meanDifference(one: Buffer, other: Buffer): Promise<number> {
  expect(one.length).toBe(other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;
}
