import { ImagingError } from "../errors.ts";
import type { ImageFormat } from "../header.ts";

const NAMES: Readonly<Record<ImageFormat, string>> = { jpeg: "JPEG", png: "PNG", gif: "GIF", webp: "WebP" };

/** `reason` completes the sentence "The PNG is damaged: …" and is shown to the person who sent the picture. */
export function corrupt(format: ImageFormat, reason: string): ImagingError {
  return new ImagingError("corrupt", `The ${NAMES[format]} is damaged: ${reason}.`, { format });
}
