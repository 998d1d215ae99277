import sharp, { type Sharp } from "sharp";
import { type CompressEffort, gifEffort, writePalette } from "./compress-settings.ts";
import { rawPixels } from "./decode.ts";
import { encoded } from "./encoded.ts";

/** More of it hides bands better, and what it scatters is most of the bytes of an animation. */
const dither = 0.5;

export interface FrameTiming {
  /** Milliseconds of each frame. */
  readonly delay: readonly number[];
  /** 0 for ever. */
  readonly loop: number;
}

/**
 * A GIF of fewer colours, which all its frames share. The encoder of GIFs only knows of 2, 4, 16 and 256; that of PNGs
 * looks for as many as the quality is worth, so the frames go through it below each other. Null where PNG or GIF cannot
 * hold them.
 *
 * @param frames a pipeline of one frame, or of all below each other
 * @param height pixels of one frame
 */
export async function smallerGif(
  frames: Sharp,
  height: number,
  timing: FrameTiming | null,
  { quality, effort }: { readonly quality: number; readonly effort: CompressEffort },
): Promise<Buffer | null> {
  // Kept for one step only: its bytes are not worth any time.
  const reduced = await encoded(writePalette(frames, { quality, effort, dither, compressionLevel: 0 }));
  if (reduced === null) return null;
  // What is read was written here, and its frames were counted when they were opened.
  const roll = await rawPixels(
    sharp(reduced, { limitInputPixels: false }).toColourspace("srgb").ensureAlpha(),
  );
  const { data, width } = roll;
  const raw = { width, height: roll.height, channels: 4 as const, pageHeight: height };
  const still = timing === null || roll.height === height;
  return encoded(
    sharp(data, { raw, limitInputPixels: false }).gif({
      effort: gifEffort[effort],
      // Its colours are few enough: there is nothing left to scatter.
      dither: 0,
      ...(still ? {} : { delay: [...timing.delay], loop: timing.loop }),
    }),
  );
}
