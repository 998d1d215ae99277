import { fromPixels, type WorkLimits } from "./decode.ts";
import { toImagingError } from "./decode-error.ts";
import { ImagingError } from "./errors.ts";
import type { RawPixels } from "./pixels.ts";

const plainCodingFrom = 75;

/** Formats this package writes. */
export type OutputFormat = "jpeg" | "png" | "webp";

export interface EncodeSettings {
  readonly format: OutputFormat;
  /** 1 to 100; ignored by PNG, which is lossless. */
  readonly quality: number;
  /** In WebP: every pixel as it is, whatever the quality. */
  readonly lossless?: boolean;
  /** Keeps chroma at full resolution (4:4:4): coloured text smears at 4:2:0. */
  readonly fullChroma: boolean;
  /**
   * - `speed`: the answer fits anyway, so bytes are cheap and time is not.
   * - `bytes`: the limit binds; spend time on smaller files before giving up quality.
   */
  readonly purpose: "speed" | "bytes";
}

/**
 * Encodes pixels. The settings behind each purpose are chosen by `npm run bench -- encoders`: optimised Huffman tables
 * take two to three times the time of a JPEG for 3 % of a photograph's bytes and up to a quarter of a page's, progressive
 * scans five to seven times for another 4 to 8 %.
 *
 * @throws {ImagingError} `cannot_fit` where the format cannot hold so much detail at this quality.
 */
export async function encode(
  pixels: RawPixels,
  settings: EncodeSettings,
  limits: WorkLimits,
): Promise<Buffer> {
  const picture = fromPixels(pixels, limits);
  const small = settings.purpose === "bytes";
  switch (settings.format) {
    case "jpeg":
      picture.jpeg({
        quality: settings.quality,
        chromaSubsampling: settings.fullChroma ? "4:4:4" : "4:2:0",
        progressive: small,
        // The tables that plain coding uses fit high qualities: at 80 they cost 4 %, at 60 a tenth of the bytes.
        optimiseCoding: small || settings.quality < plainCodingFrom,
      });
      break;
    case "webp":
      // WebP has no grey.
      picture.toColourspace("srgb").webp({
        quality: settings.quality,
        lossless: settings.lossless ?? false,
        effort: small ? 4 : 0,
        smartSubsample: false,
      });
      break;
    case "png":
      picture.png(pngSettings(settings));
      break;
  }
  try {
    return await picture.toBuffer();
  } catch (error) {
    throw overflowsWebp(error) ? tooMuchForWebp(error) : toImagingError(error);
  }
}

/**
 * Filters shrink a photograph by a third and make a screenshot a quarter larger (the latter over 45 real ones), so the
 * kind decides. Beyond level 6 a filtered photograph gains 4 % of its bytes in six times the time; a page gains 12 % in
 * less time than a photograph takes anyway.
 */
function pngSettings({ fullChroma, purpose }: EncodeSettings) {
  if (purpose === "speed") return { compressionLevel: 3, adaptiveFiltering: !fullChroma };
  return fullChroma
    ? { compressionLevel: 9, adaptiveFiltering: false }
    : { compressionLevel: 6, adaptiveFiltering: true };
}

/** VP8 keeps the modes of all its blocks in one partition of 512 KB; large pictures full of detail have more. */
const overflowsWebp = (error: unknown) =>
  error instanceof Error && error.message.startsWith("webpsave: unable to encode");

const tooMuchForWebp = (cause: unknown) =>
  new ImagingError(
    "cannot_fit",
    "WebP cannot hold so large and detailed an image; choose JPEG, or a smaller size.",
    {},
    { cause },
  );
