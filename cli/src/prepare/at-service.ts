import { readFile } from "node:fs/promises";
import type { Fovea, ProcessOptions } from "@fovea/client";
import type { Preparer, Wish } from "./preparer.ts";

/** Has pictures prepared by a service. What they take as they are it is not asked: that would be each picture sent twice. */
export function prepareAtService(fovea: Fovea, wish: Wish, signal: AbortSignal): Preparer {
  // What is wrong with it the service says.
  const options = wish as ProcessOptions;
  return {
    async prepare(path) {
      const image = await fovea.prepare.process(await readFile(path), options, { signal });
      return {
        bytes: image.bytes,
        before: {
          format: image.original_format,
          width: image.original_width,
          height: image.original_height,
          bytes: image.original_size,
          tokens: null,
        },
        after: {
          format: image.format,
          width: image.width,
          height: image.height,
          bytes: image.size,
          tokens: image.estimated_tokens,
        },
        model: image.model,
        scale: { x: image.scale_x, y: image.scale_y },
        quality: image.quality,
        passedThrough: image.passed_through,
        warnings: image.warnings === null ? [] : [image.warnings],
      };
    },
  };
}
