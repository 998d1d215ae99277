import sharp, { type Sharp } from "sharp";
import { toImagingError } from "../decode-error.ts";
import { ImagingError } from "../errors.ts";
import { readBmpPixels } from "./bmp-pixels.ts";
import { damaged, unsupported } from "./damaged.ts";
import type { ForeignOrder } from "./messages.ts";
import { readForeignHeader } from "./read-header.ts";

type Order = Omit<ForeignOrder, "mostMemory">;

/** Has decoders of TIFF and AVIF open, and no others. */
export function openForeignDecoders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["VipsForeignLoadTiffBuffer", "VipsForeignLoadHeifBuffer"] });
  sharp.cache(false);
  sharp.concurrency(1);
}

/** What decoders say of files that are as they should be. */
const rareKind = /unsupported|not configured|not implemented|no codec/i;

/**
 * The first picture of a file, upright, in sRGB or its grey and without metadata: a PNG where it can be seen through,
 * otherwise a JPEG of the highest quality, which is off by at most 4 of 255 and treated as a JPEG is from there on.
 *
 * @throws {ImagingError} `corrupt`, `unsupported_format` or `too_many_pixels`
 */
export async function readForeign(order: Order): Promise<Buffer> {
  const { format, maxPixels, opaque } = order;
  const bytes = Buffer.from(order.bytes.buffer, order.bytes.byteOffset, order.bytes.byteLength);
  const { width, height } = readForeignHeader(bytes, format);
  if (width * height > maxPixels)
    throw new ImagingError("too_many_pixels", `The image has ${width}x${height} pixels.`);
  try {
    const picture = openForeign(bytes, order);
    const { space, hasAlpha } = await picture.metadata();
    const grey = !hasAlpha && (space === "b-w" || space === "grey16");
    picture.autoOrient().toColourspace(grey ? "b-w" : "srgb");
    if (hasAlpha && !opaque) return await picture.png({ compressionLevel: 2 }).toBuffer();
    if (hasAlpha) picture.pipelineColourspace("srgb").flatten({ background: "#ffffff" });
    return await picture.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
  } catch (error) {
    const known = toImagingError(error);
    if (known instanceof ImagingError) throw known;
    const text = error instanceof Error ? error.message : String(error);
    throw rareKind.test(text) ? unsupported(format, "its coding is not read") : damaged(error);
  }
}

function openForeign(bytes: Buffer, { format, maxPixels }: Order): Sharp {
  if (format === "bmp") {
    const { data, width, height, channels } = readBmpPixels(bytes);
    return sharp(data, { raw: { width, height, channels }, limitInputPixels: maxPixels });
  }
  // Scanners and cameras write entries of their own, which are warned of; that says nothing against the pixels.
  return sharp(bytes, {
    page: 0,
    pages: 1,
    limitInputPixels: maxPixels,
    failOn: "error",
    sequentialRead: true,
  });
}
