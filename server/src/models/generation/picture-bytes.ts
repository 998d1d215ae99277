import type { Download } from "../../platform/outbound/download.ts";
import type { MadePicture } from "./contract.ts";

export interface PictureBytesOptions {
  /** Fetches what a provider made, guarded and bounded. */
  readonly download: (url: string, signal: AbortSignal) => Promise<Download>;
  /** Bytes that were put away when they came; null where they are gone. */
  readonly readArrived: (file: string, signal: AbortSignal) => Promise<Buffer | null>;
}

/** A picture that was made and cannot be had. */
export interface LostPicture {
  readonly reason: string;
  /** Whether it may be had later. */
  readonly transient: boolean;
}

/** The bytes of what a start has made, wherever they are. */
export async function pictureBytes(
  { download, readArrived }: PictureBytesOptions,
  picture: MadePicture,
  signal: AbortSignal,
): Promise<Buffer | LostPicture> {
  if ("file" in picture) {
    const bytes = await readArrived(picture.file, signal);
    return bytes ?? { reason: "What the model made is not in the storage any more.", transient: false };
  }
  const got = await download(picture.url, signal);
  if (got.status === "ok") return got.bytes;
  if (got.status === "not_modified") throw new Error("Nothing was said to be known of it.");
  return { reason: `The model's picture could not be fetched: ${got.message}`, transient: got.transient };
}
