import sharp, { type Sharp } from "sharp";
import { secondsLeft, type WorkLimits } from "./decode.ts";
import type { FrameTiming } from "./smaller-gif.ts";

/** Opens all frames below each other. */
export function openFrames(bytes: Buffer, limits: WorkLimits): Sharp {
  return sharp(bytes, { limitInputPixels: limits.maxPixels, pages: -1 })
    .timeout({ seconds: secondsLeft(limits) })
    .toColourspace("srgb");
}

/** Opens one frame, numbered from 0, as a player shows it. */
export function openFrame(bytes: Buffer, frame: number, limits: WorkLimits): Sharp {
  return sharp(bytes, { limitInputPixels: limits.maxPixels, page: frame, pages: 1 })
    .timeout({ seconds: secondsLeft(limits) })
    .toColourspace("srgb");
}

export async function timingOf(bytes: Buffer): Promise<FrameTiming> {
  const { delay = [], loop = 0 } = await sharp(bytes, { pages: -1 }).metadata();
  return { delay, loop };
}

/** Milliseconds from the start at which the first, the middle and the last frame have come. */
export function tellingMoments({ delay }: FrameTiming): readonly number[] {
  // The first alone may be black, or what a film fades in from.
  const frames = [0, delay.length >> 1, Math.max(0, delay.length - 1)];
  return [...new Set(frames)].map((frame) => delay.slice(0, frame).reduce((sum, each) => sum + each, 0));
}

/** The number of the frame that is seen at a moment. Encoders join frames that have become equal. */
export function frameAt({ delay }: FrameTiming, moment: number): number {
  let until = 0;
  const frame = delay.findIndex((each) => {
    until += each;
    return until > moment;
  });
  return frame < 0 ? Math.max(0, delay.length - 1) : frame;
}
