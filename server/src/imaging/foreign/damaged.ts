import { ImagingError } from "../errors.ts";
import type { ForeignFormat } from "./header.ts";

export const damaged = (cause?: unknown) =>
  new ImagingError("corrupt", "The image is damaged or cut short.", {}, { cause });

/** @param what ends the sentence "This kind of TIFF is not supported: …" */
export const unsupported = (format: ForeignFormat, what: string) =>
  new ImagingError("unsupported_format", `This kind of ${format.toUpperCase()} is not supported: ${what}.`, {
    format,
  });
