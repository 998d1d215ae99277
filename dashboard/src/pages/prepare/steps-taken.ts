import type { PreparedImage } from "@fovea/client";
import { percent } from "../../parts/format.ts";

/** What was done to the picture, as its facts tell. */
export function stepsTaken(image: PreparedImage): readonly string[] {
  if (image.passed_through) {
    return ["Nothing was decoded: it fits as it is", "Metadata, such as a position, was cut out of the file"];
  }
  const { original_width: wide, original_height: high, width, height, format, original_format: from } = image;
  const isResized = wide !== width || high !== height;
  return [
    "Decoded, stood upright, brought to sRGB",
    ...(isResized ? [`Made smaller, to ${percent((width / wide) * 100)} of its width`] : []),
    `Encoded as ${format}${format === from ? "" : ` in place of ${from}`}${image.quality === null ? "" : `, quality ${image.quality}`}`,
    "Metadata, such as a position, left out",
  ];
}

/** How the bytes changed, with its sign. */
export function byteChange({ original_size, size }: PreparedImage): string {
  const change = (size / original_size - 1) * 100;
  if (Math.abs(change) < 0.05) return "as many bytes";
  return change < 0 ? `${percent(-change)} fewer bytes` : `${percent(change)} more bytes`;
}
