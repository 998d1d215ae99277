import type { IconResult } from "@fovea/client";
import { apiUrl } from "../../service/api-url.ts";

/**
 * The file behind an address of the API, at this service and for whoever is signed in: links may name the address that the world
 * knows, or a storage that this page loads nothing from.
 */
export function iconAddress(url: string): string {
  const { pathname } = new URL(url, location.href);
  // `<category>/<file>`, as they are written in the address.
  return apiUrl(`/api/images/${pathname.split("/").slice(-2).join("/")}`);
}

interface IconFileLink {
  readonly address: string;
  /** `64 px`, or the format where there is one file only. */
  readonly label: string;
}

/** All files of an icon. */
export function filesOf({ image_url, metadata }: IconResult): readonly IconFileLink[] {
  if (metadata.files)
    return metadata.files.map(({ url, format, size }) => ({
      address: iconAddress(url),
      label: size === null ? format.toUpperCase() : `${size} px`,
    }));
  return image_url === null ? [] : [{ address: iconAddress(image_url), label: endingOf(image_url) }];
}

export const endingOf = (name: string): string => (/\.(\w+)(?:\?|$)/.exec(name)?.[1] ?? "file").toUpperCase();
