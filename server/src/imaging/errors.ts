/**
 * - `not_an_image`: the bytes are of no image format that is known.
 * - `unsupported_format`: an image, but not JPEG, PNG, GIF or WebP.
 * - `corrupt`: damaged or cut short.
 * - `too_many_pixels`: decoding would exceed the pixel limit.
 * - `cannot_fit`: no size and quality brings the picture under the limits.
 * - `deadline`: the time given ran out while pixels were being worked on.
 */
export type ImagingErrorCode =
  | "not_an_image"
  | "unsupported_format"
  | "corrupt"
  | "too_many_pixels"
  | "cannot_fit"
  | "deadline";

/** A fault of the picture, never of this program. `message` may be shown to the person who sent the picture. */
export class ImagingError extends Error {
  override readonly name = "ImagingError";
  readonly code: ImagingErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: ImagingErrorCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
