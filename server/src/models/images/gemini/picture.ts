import { decodeBase64 } from "../base64.ts";
import type { ImageFormat } from "../contract.ts";

interface Picture {
  readonly bytes: Buffer;
  readonly format: ImageFormat | null;
}

const formats: Readonly<Record<string, ImageFormat>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/webp": "webp",
};

/** A picture within an answer; null for what is none. */
export function readPicture({ mimeType, data }: { mimeType: string; data: string }): Picture | null {
  if (!mimeType.startsWith("image/")) return null;
  const bytes = decodeBase64(data);
  return bytes && { bytes, format: formats[mimeType] ?? null };
}
