import sharp from "sharp";
import type { ImageFormat } from "../contract.ts";
import type { Subject } from "./draw.ts";
import { drawAside } from "./draw-aside.ts";
import { exifOf, xmpOf } from "./provenance.ts";

export interface RenderRequest extends Subject {
  readonly format: ImageFormat;
  /** 1 to 100, of a lossy format; null for one at which nobody sees a difference. */
  readonly quality: number | null;
}

export interface Rendered {
  readonly bytes: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

const usualQuality = 90;

/**
 * Makes an abstract picture of exactly the size and format asked for, opaque, that says in its metadata what made it. The
 * same request is the same bytes, until this code or the encoder changes.
 *
 * Draws in a thread and encodes in the library's pool: 2048 × 2048 takes up to 1.4 s of one core, and some 60 MB.
 *
 * @param onProgress called now and then, from 0 to 1
 * @throws the signal's reason, at once while it draws
 */
export async function renderLocally(
  request: RenderRequest,
  signal: AbortSignal,
  onProgress: (progress: number) => void = () => {},
): Promise<Rendered> {
  const { width, height, format, seed } = request;
  const pixels = await drawAside(request, signal, onProgress);
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } })
    .withExif(exifOf(seed))
    .withXmp(xmpOf(seed));
  const quality = request.quality ?? usualQuality;
  switch (format) {
    case "png":
      // The grain leaves nothing for more effort to find.
      picture.png({ compressionLevel: 3, adaptiveFiltering: true });
      break;
    case "jpeg":
      picture.jpeg({ quality, chromaSubsampling: "4:4:4" });
      break;
    case "webp":
      picture.webp({ quality, effort: 2 });
      break;
  }
  const bytes = await picture.toBuffer();
  signal.throwIfAborted();
  return { bytes, width, height, format };
}
