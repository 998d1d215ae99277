import { estimateMemory, thumbnail, uprightSize } from "@fovea/imaging";
import { round } from "./limits.ts";
import type { Caller, RunPixelWork } from "./pixel-work.ts";
import type { ThumbnailRequest } from "./schema.ts";
import { headerOf } from "./source.ts";

/** Makes a small JPEG; the size told is that of the picture made, not the one asked for. */
export async function makeThumbnail(runPixelWork: RunPixelWork, request: ThumbnailRequest, caller: Caller) {
  const { width, height } = request;
  const { bytes } = request.image;
  const header = headerOf(bytes);
  const memoryBytes = estimateMemory(header, { width, height }, bytes.length);
  const made = await runPixelWork({ header, memoryBytes }, caller, (work) =>
    thumbnail(
      bytes,
      header,
      {
        width,
        height,
        keepAspectRatio: request.options?.maintain_aspect_ratio ?? true,
        quality: request.options?.quality ?? 80,
        background: request.options?.background_color ?? "#FFFFFF",
      },
      work,
    ),
  );
  const ratio = made.bytes.length / bytes.length;
  return {
    made,
    original: uprightSize(header),
    // Three decimals of a tiny thumbnail of a huge picture are zeros, which no ratio of two sizes is.
    ratio: round(ratio, 3) || Number(ratio.toPrecision(2)),
    elapsedMs: performance.now() - caller.receivedAt,
  };
}
