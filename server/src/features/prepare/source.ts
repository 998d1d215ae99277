import { type ImageHeader, readHeader } from "@fovea/imaging";
import { toPrepareError } from "./errors.ts";

/**
 * Reads what kind of image was sent.
 *
 * @throws {AppError} `validation_error` for what is not a JPEG, PNG, GIF or WebP
 */
export function headerOf(bytes: Buffer): ImageHeader {
  try {
    return readHeader(bytes);
  } catch (error) {
    throw toPrepareError(error);
  }
}
