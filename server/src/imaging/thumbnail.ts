import { decode, type WorkLimits } from "./decode.ts";
import { encode } from "./encode.ts";
import { uprightSize } from "./fit.ts";
import type { ImageHeader } from "./header.ts";

export interface ThumbnailRequest {
  /** The box in pixels. */
  readonly width: number;
  readonly height: number;
  /** True fits inside the box, enlarging small sources; false stretches to exactly the box. */
  readonly keepAspectRatio: boolean;
  readonly quality: number;
  /** `#RRGGBB` behind transparent pixels. */
  readonly background: string;
}

export interface Thumbnail {
  /** A JPEG. */
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Makes a small JPEG of the first frame. */
export async function thumbnail(
  bytes: Buffer,
  header: ImageHeader,
  request: ThumbnailRequest,
  limits: WorkLimits,
): Promise<Thumbnail> {
  const { width, height } = request.keepAspectRatio ? insideBox(uprightSize(header), request) : request;
  const pixels = await decode(bytes, header, { width, height, background: request.background }, limits);
  const jpeg = await encode(
    pixels,
    { format: "jpeg", quality: request.quality, fullChroma: false, purpose: "speed" },
    limits,
  );
  return { bytes: jpeg, width, height };
}

function insideBox(source: { width: number; height: number }, box: { width: number; height: number }) {
  const scale = Math.min(box.width / source.width, box.height / source.height);
  return {
    width: Math.max(1, Math.min(box.width, Math.round(source.width * scale))),
    height: Math.max(1, Math.min(box.height, Math.round(source.height * scale))),
  };
}
