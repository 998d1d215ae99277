import { createHash } from "node:crypto";
import { z } from "zod";

const pattern = /^data:(image\/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})$/;

/** A picture in an address, as OpenAI's APIs take it. */
export const dataUrl = z.string().regex(pattern);

/** @param url one that `dataUrl` let through */
export function pictureIn(url: string): { readonly mediaType: string; readonly sha256: string } {
  const [, mediaType = "", data = ""] = pattern.exec(url) ?? [];
  return { mediaType, sha256: sha256Of(data) };
}

/** @param data base64 */
export const sha256Of = (data: string): string =>
  createHash("sha256").update(Buffer.from(data, "base64")).digest("hex");
