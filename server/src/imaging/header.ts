/** Formats whose pixels this package reads and writes. */
export type ImageFormat = "jpeg" | "png" | "gif" | "webp";

/** Formats that are only recognised, so that an error can name what was sent. */
export type UnsupportedFormat = "avif" | "bmp" | "heic" | "ico" | "jxl" | "pdf" | "svg" | "tiff";

/**
 * What the first bytes and the container structure of an image say, without decoding a pixel.
 *
 * `width` and `height` are stored pixels, before EXIF orientation is applied.
 */
export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 where none is stored. Values 5 to 8 swap width and height. */
  readonly orientation: number;
  /** Number of frames; 1 for a still picture. */
  readonly frames: number;
  readonly bitsPerChannel: number;
  readonly colour: "grey" | "rgb" | "palette" | "cmyk";
  /** Whether the file can carry transparency: an alpha channel, a tRNS chunk or a transparent GIF index. */
  readonly hasAlpha: boolean;
  /** Progressive JPEG, interlaced PNG or GIF: decoding holds the whole frame in memory. */
  readonly progressive: boolean;
  /** An embedded ICC profile; `srgb` when its primaries and curve are those of sRGB (or grey of the same curve). */
  readonly profile: "none" | "srgb" | "other";
  /**
   * Whether the file holds what `stripMetadata` cuts out: EXIF, XMP, IPTC, comments, texts, thumbnails, further
   * pictures, private parts or bytes after its end. An sRGB profile, which it cuts too, does not count.
   */
  readonly hasMetadata: boolean;
  readonly hasExif: boolean;
  /** For JPEG whether chroma is stored at less than full resolution; null for other formats. */
  readonly chromaSubsampled: boolean | null;
  /** IJG quality, 1 to 100, nearest to the quantisation table of a JPEG's luminance; null for other formats. */
  readonly estimatedQuality: number | null;
}
