import { ImagingError, type ImageFormat as ReadFormat, readHeader, uprightSize } from "@fovea/imaging";
import type { NewAsset } from "../../assets/asset.ts";
import type { Assets } from "../../assets/assets.ts";
import type { Made, MadePicture } from "../../models/generation/contract.ts";
import {
  type LostPicture,
  type PictureBytesOptions,
  pictureBytes,
} from "../../models/generation/picture-bytes.ts";
import { AppError } from "../../platform/errors.ts";
import type { Held, HeldBytes } from "../../platform/limits/held-bytes.ts";
import type { MediaJob, Storing } from "./job.ts";

export interface PicturesOptions extends PictureBytesOptions {
  /** Room for pictures in memory, of all jobs that the process works on. */
  readonly room: HeldBytes;
  readonly assets: Pick<Assets, "put">;
  /** The same picture in another format. */
  readonly convert: (
    bytes: Buffer,
    to: Storing,
    signal: AbortSignal,
  ) => Promise<{ readonly bytes: Buffer; readonly width: number; readonly height: number }>;
  readonly keptMs: number | null;
  readonly now: () => Date;
}

/** A picture whose bytes are stored under the name of its asset. */
interface StoredPicture {
  readonly asset: NewAsset;
  readonly seed: number | null;
}

export interface Pictures {
  readonly stored: readonly StoredPicture[];
  readonly lost: readonly LostPicture[];
}

const types = {
  png: { contentType: "image/png", extension: "png" },
  jpeg: { contentType: "image/jpeg", extension: "jpg" },
  webp: { contentType: "image/webp", extension: "webp" },
} as const;

/**
 * Has the pictures of a start stored, in the format that was asked for. Done again it does the same under the same
 * names, so that a crash leaves nothing behind.
 */
export async function storePictures(
  options: PicturesOptions,
  job: Pick<MediaJob, "owner" | "storing">,
  { pictures }: Made,
  signal: AbortSignal,
): Promise<Pictures> {
  const stored: StoredPicture[] = [];
  const lost: LostPicture[] = [];
  // One after the other: a picture takes tens of megabytes while it is worked on.
  for (const picture of pictures) {
    const result = await storeOne(options, job, picture, signal);
    if ("reason" in result) lost.push(result);
    else stored.push(result);
  }
  return { stored, lost };
}

/** However many jobs are worked on, their pictures are not all in memory together. */
async function storeOne(
  options: PicturesOptions,
  job: Pick<MediaJob, "owner" | "storing">,
  picture: MadePicture,
  signal: AbortSignal,
): Promise<StoredPicture | LostPicture> {
  const held = await options.room.hold(signal);
  try {
    return await storeHeld(options, job, picture, { signal, held });
  } finally {
    held.release();
  }
}

async function storeHeld(
  options: PicturesOptions,
  { owner, storing }: Pick<MediaJob, "owner" | "storing">,
  picture: MadePicture,
  { signal, held }: { readonly signal: AbortSignal; readonly held: Held },
): Promise<StoredPicture | LostPicture> {
  const got = await pictureBytes(options, picture, signal);
  if (!Buffer.isBuffer(got)) return got;
  held.settle(got.length);
  let shown: { readonly bytes: Buffer; readonly width: number; readonly height: number };
  try {
    shown = await inFormat(options, got, storing, signal);
  } catch (error) {
    if (!isOfThePicture(error)) throw error;
    return { reason: `The model's picture cannot be read: ${error.message}`, transient: false };
  }
  const { contentType, extension } = types[storing.format];
  const name = `generated/${picture.id}.${extension}`;
  const file = await options.assets.put(name, shown.bytes, { contentType, signal });
  const createdAt = options.now();
  const asset = {
    ...{ id: picture.id, owner, feature: "media", name, contentType, stored: file, createdAt },
    ...{ width: shown.width, height: shown.height },
    expiresAt: options.keptMs === null ? null : new Date(createdAt.getTime() + options.keptMs),
  };
  return { asset, seed: picture.seed };
}

/** What another try would end the same way, and what must not take the other pictures of the start with it. */
const isOfThePicture = (error: unknown): error is Error =>
  error instanceof ImagingError ||
  (error instanceof AppError && (error.code === "picture_unreadable" || error.code === "picture_too_large"));

/** As it came, where that is what was asked for: what a model made is not encoded a second time. */
async function inFormat({ convert }: PicturesOptions, bytes: Buffer, storing: Storing, signal: AbortSignal) {
  const header = readHeader(bytes);
  const asked: ReadFormat = storing.format;
  if (header.format === asked && header.orientation === 1) return { bytes, ...uprightSize(header) };
  return await convert(bytes, storing, signal);
}
