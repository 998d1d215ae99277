import type { RawPixels } from "@fovea/imaging";
import type { IconFormat } from "./choices.ts";
import { thumbnailSide } from "./contact-sheet.ts";
import { largestInIco } from "./ico.ts";
import type { IconFilesDeps } from "./icon-files.ts";

export interface IconThumbnailDeps extends Pick<IconFilesDeps, "rasterize"> {
  /** Pixels of the whole picture in a square on white, at most so large. */
  readonly squareOnWhite: (bytes: Buffer, side: number, signal: AbortSignal) => Promise<RawPixels>;
}

/**
 * A stored icon as small as a contact sheet has it.
 *
 * @throws what `rasterize` and `squareOnWhite` throw, for a file that is damaged too
 */
export async function iconThumbnail(
  { format, bytes }: { readonly format: IconFormat; readonly bytes: Buffer },
  { rasterize, squareOnWhite }: IconThumbnailDeps,
  signal: AbortSignal,
): Promise<RawPixels> {
  const picture =
    format === "svg"
      ? await rasterize(bytes.toString(), thumbnailSide, signal)
      : format === "ico"
        ? (largestInIco(bytes) ?? bytes)
        : bytes;
  return await squareOnWhite(picture, thumbnailSide, signal);
}
