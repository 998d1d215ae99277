import type { MediaPicture } from "@fovea/client";
import { apiUrl } from "../../service/api-url.ts";

type Format = "png" | "jpg" | "webp";

interface Copy {
  readonly width?: number;
  readonly format?: Format;
}

/**
 * A picture by its id, at this service and with the session of whoever looks: unlike the link in a job it does not end while
 * the page is open.
 */
function pictureAddress({ id }: Pick<MediaPicture, "id">, { width, format }: Copy = {}): string {
  const query = new URLSearchParams();
  if (width !== undefined) query.set("width", String(width));
  if (format !== undefined) query.set("format", format);
  const search = query.size === 0 ? "" : `?${query}`;
  return apiUrl(`/api/v1/media/${id}${search}`);
}

/** The largest that is shown; downloads have all pixels. */
const shownWidth = 1_600;
const previewWidth = 480;

export const previewAddress = (picture: MediaPicture) =>
  pictureAddress(picture, { width: Math.min(previewWidth, picture.width), format: "webp" });

export const shownAddress = (picture: MediaPicture) =>
  pictureAddress(picture, { width: Math.min(shownWidth, picture.width), format: "webp" });

export const formatsOf = (picture: MediaPicture): readonly { format: Format; address: string }[] =>
  (["png", "jpg", "webp"] as const).map((format) => ({
    format,
    // As it is stored it comes byte by byte.
    address: pictureAddress(picture, typeOf[format] === picture.mime_type ? {} : { format }),
  }));

const typeOf: Readonly<Record<Format, string>> = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" };
