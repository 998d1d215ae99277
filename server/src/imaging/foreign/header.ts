/** Formats that are read in a process of their own, to be written in one of those that are read here. */
export type ForeignFormat = "tiff" | "avif" | "bmp";

/** What a file of such a format says of its picture, without decoding a pixel. */
export interface ForeignHeader {
  /** Stored pixels, before it is turned upright. */
  readonly width: number;
  readonly height: number;
  readonly bitsPerChannel: number;
  /** Whether it may hold more than the picture: EXIF, XMP, further parts. */
  readonly hasMetadata: boolean;
}
