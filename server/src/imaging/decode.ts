import sharp, { type Sharp } from "sharp";
import { toImagingError } from "./decode-error.ts";
import { ImagingError } from "./errors.ts";
import type { ImageHeader } from "./header.ts";
import type { RawPixels } from "./pixels.ts";

/** What bounds one piece of pixel work. */
export interface WorkLimits {
  /** Pictures with more stored pixels are refused. */
  readonly maxPixels: number;
  /** `performance.now()` value after which work stops with the error `deadline`. */
  readonly deadline: number;
  /** Aborted when nobody waits for the answer any more; checked between two steps. */
  readonly signal?: AbortSignal;
}

/**
 * Seconds left for one step.
 *
 * @throws {ImagingError} `deadline` when none are left, so that no step starts in vain.
 */
export function secondsLeft(limits: WorkLimits): number {
  limits.signal?.throwIfAborted();
  const seconds = Math.ceil((limits.deadline - performance.now()) / 1000);
  if (seconds <= 0) {
    throw new ImagingError(
      "deadline",
      "The image could not be processed in the time allowed; send a smaller one.",
    );
  }
  return seconds;
}

/** Opens the first frame of a picture, upright and in sRGB or its grey. The caller adds a resize and an output. */
export function openPicture(bytes: Buffer, limits: WorkLimits, colours: "srgb" | "b-w" = "srgb"): Sharp {
  return sharp(bytes, { limitInputPixels: limits.maxPixels, pages: 1, sequentialRead: true })
    .timeout({ seconds: secondsLeft(limits) })
    .autoOrient()
    .toColourspace(colours);
}

export interface DecodeRequest {
  readonly width: number;
  readonly height: number;
  /** `#RRGGBB` to put behind transparent pixels; undefined keeps the alpha channel. */
  readonly background: string | undefined;
}

/** Decodes a picture to pixels, as {@link openAtSize} says. */
export async function decode(
  bytes: Buffer,
  header: ImageHeader,
  request: DecodeRequest,
  limits: WorkLimits,
): Promise<RawPixels> {
  return rawPixels(openAtSize(bytes, header, request, limits));
}

/**
 * Opens a picture as upright 8-bit pixels of exactly the size asked for: sRGB, or one channel of its grey where the
 * file is grey and neither alpha nor a coloured background makes it more. Grey takes a tenth less time to decode and a
 * third less to encode, and a PNG half the bytes.
 */
export function openAtSize(
  bytes: Buffer,
  header: ImageHeader,
  request: DecodeRequest,
  limits: WorkLimits,
): Sharp {
  const { width, height } = request;
  const background = header.hasAlpha ? request.background : undefined;
  const opaque = !header.hasAlpha || (background !== undefined && isGreyColour(background));
  const colours = header.colour === "grey" && opaque ? "b-w" : "srgb";
  // The fast way would save up to a quarter of the time and costs fine detail, which is what models are asked to
  // read: docs/decisions/0003-no-fast-shrink-on-load.md.
  const picture = openPicture(bytes, limits, colours).resize(width, height, {
    fit: "fill",
    fastShrinkOnLoad: false,
  });
  if (background !== undefined) picture.flatten({ background });
  // Else a grey picture would be put on the background's grey, and only then be given three channels.
  if (header.colour === "grey" && header.hasAlpha && !opaque) picture.pipelineColourspace("srgb");
  return picture;
}

const isGreyColour = (hex: string) => /^#(..)\1\1$/i.test(hex);

/** Runs a pipeline to raw pixels, failures translated. */
export async function rawPixels(picture: Sharp): Promise<RawPixels> {
  try {
    const { data, info } = await picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels as RawPixels["channels"] };
  } catch (error) {
    throw toImagingError(error);
  }
}

/** Pixels of a lower resolution, from pixels that are decoded already. */
export async function resizePixels(
  pixels: RawPixels,
  width: number,
  height: number,
  limits: WorkLimits,
): Promise<RawPixels> {
  const picture = fromPixels(pixels, limits).resize(width, height, { fit: "fill" });
  return rawPixels(picture);
}

/** Grey pixels stay grey, which the library would make sRGB. */
export function fromPixels(pixels: RawPixels, limits: WorkLimits): Sharp {
  const { data, width, height, channels } = pixels;
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .timeout({ seconds: secondsLeft(limits) })
    .toColourspace(channels < 3 ? "b-w" : "srgb");
}
