import { openPicture, rawPixels, type WorkLimits } from "./decode.ts";
import type { ImageHeader } from "./header.ts";
import { averageHash } from "./measures/average-hash.ts";
import { type DominantColour, distinctColours, dominantColours, isGreyscale } from "./measures/colours.ts";
import { complexityScore } from "./measures/complexity.ts";
import { toGrey } from "./measures/grey.ts";
import { perceptualHash } from "./measures/perceptual-hash.ts";
import { thumbHash } from "./measures/placeholder.ts";
import { textLikeness } from "./measures/text-likeness.ts";
import { transparency } from "./measures/transparency.ts";

/** Longest side of the copy that everything is measured on. */
const sampleSide = 512;

/**
 * Facts about a picture's first frame.
 *
 * All but the size are taken from a copy of at most 512 pixels a side, so they are exact up to that size and estimates
 * above it. That holds for transparency too: alpha is averaged with its surroundings, and what is left is seen as
 * long as it rounds to less than 255. One clear pixel among 12 million is found (measured: alpha 252), one that is only
 * almost opaque is not. Opaque pictures never seem transparent.
 */
export interface ImageAnalysis {
  /** Full size in pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly hasTransparency: boolean;
  /** 0 to 255; 255 where nothing is transparent. */
  readonly minimumAlpha: number;
  readonly isGreyscale: boolean;
  /** 0 (flat) to 10 (noise), 2 decimals. */
  readonly complexity: number;
  readonly distinctColours: number;
  /** At most five, most frequent first; none where every pixel is transparent. */
  readonly dominantColours: readonly DominantColour[];
  /** 64-bit DCT hash, 16 hex digits. */
  readonly perceptualHash: string;
  /** 64-bit average hash, 16 hex digits. */
  readonly averageHash: string;
  /** ThumbHash in base64. */
  readonly thumbHash: string;
  /** 0 (photograph) to 1 (text, user interface, chart), 2 decimals. */
  readonly textLikeness: number;
  /** Size in pixels of the copy that was measured. */
  readonly sampleWidth: number;
  readonly sampleHeight: number;
}

/**
 * Measures a picture from one small decode; the rest is arithmetic on at most 262 144 pixels, whatever the source's size.
 *
 * @throws {ImagingError} `corrupt`, `too_many_pixels` or `deadline`; the signal's reason once it is aborted
 */
export async function analyzeImage(
  bytes: Buffer,
  header: ImageHeader,
  limits: WorkLimits,
): Promise<ImageAnalysis> {
  // Nothing but the orientation comes before the resize, or the decoder could not shrink while it loads.
  const small = openPicture(bytes, limits).resize({
    width: sampleSide,
    height: sampleSide,
    fit: "inside",
    withoutEnlargement: true,
  });
  const sample = await rawPixels(small);
  const grey = toGrey(sample);
  const turned = header.orientation >= 5;
  const { hasTransparency, minimumAlpha } = transparency(sample);
  return {
    width: turned ? header.height : header.width,
    height: turned ? header.width : header.height,
    hasTransparency,
    minimumAlpha,
    isGreyscale: isGreyscale(sample),
    complexity: complexityScore(grey),
    distinctColours: distinctColours(sample),
    dominantColours: dominantColours(sample),
    perceptualHash: perceptualHash(grey),
    averageHash: averageHash(grey),
    thumbHash: thumbHash(sample),
    textLikeness: textLikeness(sample),
    sampleWidth: sample.width,
    sampleHeight: sample.height,
  };
}
