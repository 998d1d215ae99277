import type { Sharp } from "sharp";

/** Formats that compressed pictures have. */
export type CompressedFormat = "jpeg" | "png" | "gif" | "webp" | "avif";

/** What time is spent on smaller files: `fast` little, `best` several times what `balanced` takes. */
export type CompressEffort = "fast" | "balanced" | "best";

export interface LossySettings {
  readonly format: Exclude<CompressedFormat, "png" | "gif">;
  /** 1 to 100. */
  readonly quality: number;
  readonly effort: CompressEffort;
}

/**
 * An encoder's own scale. Time and bytes at quality 50, each against `balanced`, of a photograph-like picture:
 *
 * - WebP: `fast` 0.8 and 1.38, `best` 3.6 and 0.89; effort 4 would take 2.3 times as long for 7 % fewer bytes.
 * - AVIF: `fast` 0.26 and 1.45, `best` 1.8 and 0.97; one step more would take five times as long as that.
 * - Palettes: effort 1 leaves 2 % more bytes than the highest and takes a seventh of its time.
 */
const effortOf = {
  webp: { fast: 1, balanced: 2, best: 6 },
  avif: { fast: 0, balanced: 2, best: 3 },
  palette: { fast: 1, balanced: 1, best: 7 },
} as const;

/**
 * Of the GIF encoder, which is given frames of few colours: to find them again takes the least effort half the time,
 * and the same bytes.
 */
export const gifEffort = { fast: 1, balanced: 1, best: 10 } as const;

/** Of PNGs with a palette: 9 takes 1.2 to 2.2 times as long as 6 for 1 to 3 % fewer bytes, of logos 9 to 12 %. */
export const paletteLevel = { fast: 6, balanced: 6, best: 9 } as const;

/** Has a pipeline, still or animated, write a format that loses detail with quality. */
export function writeLossy(picture: Sharp, { format, quality, effort }: LossySettings): Sharp {
  switch (format) {
    case "jpeg":
      // Of nine JPEGs, with their decoding, plain tables take 0.8 of the time for 18 % more bytes, and progressive scans
      // 1.4 times it for as many; mozjpeg takes 3 to 4 times as long at 12 megapixels for 42 % fewer.
      return picture.jpeg({
        quality,
        chromaSubsampling: "4:2:0",
        optimiseCoding: effort !== "fast",
        mozjpeg: effort === "best",
      });
    case "webp":
      // Neither WebP nor AVIF is written in grey.
      return picture.toColourspace("srgb").webp({ quality, effort: effortOf.webp[effort] });
    case "avif":
      return picture
        .toColourspace("srgb")
        .avif({ quality, effort: effortOf.avif[effort], chromaSubsampling: "4:2:0" });
  }
}

export interface PaletteSettings {
  /** 1 to 100: how many of the 256 colours are worth their bytes. */
  readonly quality: number;
  readonly effort: CompressEffort;
  /** How far what a colour is off by is scattered, 0 to 1. */
  readonly dither: number;
  /** 0 to 9. */
  readonly compressionLevel: number;
}

/** Has a pipeline write a PNG of a palette. */
export const writePalette = (picture: Sharp, { effort, ...settings }: PaletteSettings): Sharp =>
  picture.png({ ...settings, palette: true, effort: effortOf.palette[effort] });

/** Has a pipeline write a PNG of every pixel as it is. */
export const writeLossless = (
  picture: Sharp,
  { filtered, compressionLevel }: { readonly filtered: boolean; readonly compressionLevel: number },
): Sharp => picture.png({ compressionLevel, adaptiveFiltering: filtered });

/** Unfiltered, what repeats is found far away, which is all that makes such files small. */
export const losslessLevel = (filtered: boolean, effort: CompressEffort): number =>
  effort === "best" || !filtered ? 9 : effort === "fast" ? 3 : 6;
