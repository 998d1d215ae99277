import { setTimeout as pause } from "node:timers/promises";
import type { RawPixels } from "@fovea/imaging";
import type { Assets } from "../../assets/assets.ts";
import { AppError } from "../../platform/errors.ts";
import type { ArchivedFile } from "./archived-icon.ts";
import { type IconThumbnailDeps, iconThumbnail } from "./icon-thumbnail.ts";
import type { MadeIcon } from "./made-icon.ts";

/** Beyond it, it is no icon. */
const mostBytes = 64 * 2 ** 20;
const againMs = 500;

export function archivedFiles(files: MadeIcon["files"]): readonly [ArchivedFile, ...ArchivedFile[]] {
  const [first, ...others] = files.map(
    ({ name, format, sides }): ArchivedFile => ({
      ...{ name, format, size: /^\d+$/.test(sides) && format !== "ico" ? Number(sides) : null },
    }),
  );
  if (!first) throw new Error("an icon has no file");
  return [first, ...others];
}

/** Small pictures of stored icons; null where one is gone or cannot be read, for which nothing else of a batch waits. */
export function createThumbnail({
  assets,
  thumbnail,
}: {
  readonly assets: Pick<Assets, "findNamed" | "readWhole">;
  readonly thumbnail: IconThumbnailDeps;
}) {
  return async ({ name, format }: ArchivedFile, signal: AbortSignal): Promise<RawPixels | null> => {
    const asset = await assets.findNamed(`icons/${name}`);
    if (!asset) return null;
    const read = await assets.readWhole(asset.id, { maxBytes: mostBytes, signal });
    if ("missing" in read) return null;
    for (;;) {
      try {
        return await iconThumbnail({ format, bytes: read.bytes }, thumbnail, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        if (!(error instanceof AppError) || error.status !== 503) return null;
        // There is no room or time for it at the moment, and a sheet without it would not be that of the batch.
        await pause(againMs, undefined, { signal });
      }
    }
  };
}
