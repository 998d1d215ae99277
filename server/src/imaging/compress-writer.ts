import type { Sharp } from "sharp";
import {
  type CompressEffort,
  type CompressedFormat,
  losslessLevel,
  paletteLevel,
  writeLossless,
  writeLossy,
  writePalette,
} from "./compress-settings.ts";
import { fromPixels, openPicture, resizePixels, type WorkLimits } from "./decode.ts";
import { encoded } from "./encoded.ts";
import type { ImageHeader } from "./header.ts";
import { frameAt, openFrame, openFrames, tellingMoments, timingOf } from "./moving-picture.ts";
import type { RawPixels } from "./pixels.ts";
import { forecastPalette, isSmallerFiltered, type PaletteForecast } from "./png-forecast.ts";
import { comparable, comparedSize, worstSimilarity } from "./similarity.ts";
import { type FrameTiming, smallerGif } from "./smaller-gif.ts";
import type { Size } from "./smaller-size.ts";

/** One source, to be written in one format at any size and quality. */
export interface Writer {
  readonly format: CompressedFormat;
  /** Null where the format cannot hold the picture. */
  readonly write: (size: Size, quality: number) => Promise<Buffer | null>;
  /**
   * Of the source and a file that was written of it, see `similarity.ts`. Null where files of the format are not read: the
   * decoder of AVIF is closed in this process, as to the files of others.
   */
  readonly similarity: ((file: Buffer, size: Size) => Promise<number>) | null;
  /** Null where palettes and every pixel as it is are no choice of the format. */
  readonly png: PngWriter | null;
}

interface PngWriter {
  /** Every pixel as it is. */
  readonly writeLossless: (size: Size) => Promise<Buffer | null>;
  readonly forecast: (size: Size, quality: number) => Promise<PaletteForecast>;
}

/** A picture that stands still, in the size of its result. */
export interface StillSource {
  readonly size: Size;
  /** Begins to decode it: what is written of that is never held as pixels. */
  readonly open: () => Sharp;
  /** Decodes it once for all. */
  readonly pixels: () => Promise<RawPixels>;
}

export interface StillWriting {
  readonly format: CompressedFormat;
  readonly effort: CompressEffort;
  /**
   * From the decoder straight to the encoder, for the only file that is wished: a fifth less of the processor's time than
   * by way of pixels, at 12 megapixels a third. From JPEG to JPEG only: WebPs and AVIFs came out as a success of some
   * sources whose last rows are damaged.
   */
  readonly straight: boolean;
}

/** Of a picture that stands still. */
export function stillWriter(source: StillSource, writing: StillWriting, limits: WorkLimits): Writer {
  const { format, effort, straight } = writing;
  const isWhole = ({ width, height }: Size) => width === source.size.width && height === source.size.height;
  const pixelsAt = lastOf(async (size) => {
    const pixels = await source.pixels();
    return isWhole(size) ? pixels : resizePixels(pixels, size.width, size.height, limits);
  });
  const open = async (size: Size) =>
    straight && isWhole(size) ? source.open() : fromPixels(await pixelsAt(size), limits);
  const reference = lastOf(async (size) => comparable(fromPixels(await source.pixels(), limits), size));
  const likenessOf = async (file: Buffer, size: Size) => {
    const compared = comparedSize(size);
    const written = await comparable(openPicture(file, limits), compared);
    return worstSimilarity(await reference(compared), written);
  };
  const png: PngWriter = {
    writeLossless: lastOf(async (size) => {
      const pixels = await pixelsAt(size);
      const filtered = await isSmallerFiltered(pixels, limits);
      const compressionLevel = losslessLevel(filtered, effort);
      return encoded(writeLossless(fromPixels(pixels, limits), { filtered, compressionLevel }));
    }),
    forecast: async (size, quality) => forecastPalette(await pixelsAt(size), quality, limits),
  };
  return {
    format,
    async write(size, quality) {
      switch (format) {
        case "png": {
          const settings = { quality, effort, dither: 1, compressionLevel: paletteLevel[effort] };
          return encoded(writePalette(fromPixels(await pixelsAt(size), limits), settings));
        }
        case "gif":
          return smallerGif(fromPixels(await pixelsAt(size), limits), size.height, null, { quality, effort });
        default:
          return encoded(writeLossy(await open(size), { format, quality, effort }));
      }
    },
    similarity: format === "avif" ? null : likenessOf,
    png: format === "png" ? png : null,
  };
}

/** Of a picture that moves. Its frames are read again for each file: all of them at once would be too much to keep. */
export function movingWriter(
  bytes: Buffer,
  header: ImageHeader,
  format: "gif" | "webp",
  effort: CompressEffort,
  limits: WorkLimits,
): Writer {
  let timing: Promise<FrameTiming> | null = null;
  const sourceTiming = () => (timing ??= timingOf(bytes));
  const small = async (file: Buffer, size: Size) => {
    const written = await timingOf(file);
    const seen = tellingMoments(await sourceTiming()).map((moment) => frameAt(written, moment));
    return Promise.all(seen.map((frame) => comparable(openFrame(file, frame, limits), size)));
  };
  const reference = lastOf((size) => small(bytes, size));
  return {
    format,
    async write(size, quality) {
      const frames = openFrames(bytes, limits);
      if (size.width < header.width || size.height < header.height) {
        frames.resize(size.width, size.height, { fit: "fill" });
      }
      return format === "gif"
        ? smallerGif(frames, size.height, await sourceTiming(), { quality, effort })
        : encoded(writeLossy(frames, { format, quality, effort }));
    },
    async similarity(file, size) {
      const compared = comparedSize(size);
      const [were, are] = [await reference(compared), await small(file, compared)];
      return Math.min(...were.map((frame, at) => worstSimilarity(frame, are[at] ?? frame)));
    },
    png: null,
  };
}

/** Keeps what was made of the last size: searches stay with one for a while. */
function lastOf<Made>(make: (size: Size) => Promise<Made>): (size: Size) => Promise<Made> {
  let last: { readonly size: Size; readonly made: Promise<Made> } | null = null;
  return (size) => {
    if (last === null || last.size.width !== size.width || last.size.height !== size.height) {
      last = { size, made: make(size) };
    }
    return last.made;
  };
}
