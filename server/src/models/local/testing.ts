import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { VisionFormat, VisionRequest } from "../contract.ts";
import { storeFacts } from "../instructions.ts";
import { toPgm, toReadable } from "./readable-picture.ts";

export const languageFolder = join(
  dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng"))),
  "4.0.0_best_int",
);

/** A drawn picture of `testdata/`. */
export const drawn = (file: string) => readFile(new URL(`testdata/${file}`, import.meta.url));

export async function requestFor(
  image: Buffer,
  signal: AbortSignal = new AbortController().signal,
): Promise<VisionRequest> {
  const { format, width, height } = await sharp(image).metadata();
  // The tests make pictures of these formats only.
  return {
    ...{ image, format: format as VisionFormat, width, height, instruction: storeFacts, signal },
    ...{
      halting: new AbortController().signal,
      mayBegin: async () => true,
      purpose: { batchId: "a batch", position: 0 },
    },
  };
}

/** A drawn picture as the recogniser gets it. */
export const pgmOf = async (file: string) => toPgm(await toReadable(await requestFor(await drawn(file))));
