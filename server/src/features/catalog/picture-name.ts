import { createHash } from "node:crypto";
import type { CompressedFormat } from "@fovea/imaging";

const extensions = { jpeg: "jpg", png: "png", gif: "gif", webp: "webp", avif: "avif" } as const;

export const contentTypeOf = (format: CompressedFormat): string => `image/${format}`;

export const extensionOf = (format: CompressedFormat): string => extensions[format];

/** A UUID (RFC 9562, version 8) of what was made of what: whoever makes it again gives it the same. */
export function pictureId(subject: string, bytes: Buffer): string {
  const content = createHash("sha256").update(bytes).digest();
  const digest = createHash("sha256").update(subject).update("\n").update(content).digest();
  digest.writeUInt8(((digest[6] ?? 0) & 0x0f) | 0x80, 6);
  digest.writeUInt8(((digest[8] ?? 0) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex", 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
