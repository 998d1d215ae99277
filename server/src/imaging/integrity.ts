import { stripMetadata } from "./container.ts";
import { ImagingError } from "./errors.ts";
import type { ImageHeader } from "./header.ts";

/** Whether the container is whole: nothing is decoded, but a file that was cut short or spliced is noticed. */
export function isIntact(bytes: Buffer, header: ImageHeader): boolean {
  try {
    // Only the walk is wanted, and that is the same whichever way up the picture is.
    stripMetadata(bytes, { ...header, orientation: 1 });
    return true;
  } catch (error) {
    if (error instanceof ImagingError) return false;
    throw error;
  }
}
