import { readGif, stripGif } from "./containers/gif.ts";
import { readJpeg, stripJpeg } from "./containers/jpeg.ts";
import { readPng, stripPng } from "./containers/png.ts";
import { readWebp, stripWebp } from "./containers/webp.ts";
import { ImagingError } from "./errors.ts";
import type { ImageFormat, ImageHeader } from "./header.ts";
import { sniffFormat } from "./sniff.ts";

interface Container {
  readonly read: (bytes: Buffer) => ImageHeader;
  readonly strip: (bytes: Buffer) => Buffer;
}

const CONTAINERS: Readonly<Record<ImageFormat, Container>> = {
  jpeg: { read: readJpeg, strip: stripJpeg },
  png: { read: readPng, strip: stripPng },
  gif: { read: readGif, strip: stripGif },
  webp: { read: readWebp, strip: stripWebp },
};

/**
 * Reads what the container of an image says, in time linear in its bytes and without decoding a pixel.
 *
 * A file that is damaged or cut short behind its header still has a header: only decoding, or
 * `stripMetadata`, tells.
 *
 * @throws ImagingError `not_an_image` where the bytes are empty or of no known format,
 *   `unsupported_format` (`details.format`) for an image of another format or of a rare JPEG coding, and
 *   `corrupt` where the header is cut short or impossible.
 */
export function readHeader(bytes: Buffer): ImageHeader {
  const format = sniffFormat(bytes);
  if (format === null) {
    const message =
      bytes.length === 0 ? "The image is empty." : "The bytes are not an image of a known format.";
    throw new ImagingError("not_an_image", message);
  }
  if (!isReadable(format)) {
    throw new ImagingError(
      "unsupported_format",
      `The format ${format.toUpperCase()} is not supported. Supported formats: JPEG, PNG, GIF, WEBP.`,
      { format },
    );
  }
  return CONTAINERS[format].read(bytes);
}

/**
 * The file with everything cut out that does not decide how its pixels are shown: EXIF with its GPS position,
 * XMP, IPTC, comments, texts, thumbnails, further pictures, provenance, and any byte behind the image's end.
 * The coded pixels are copied, not decoded. An ICC profile stays where `header.profile` is `other`.
 *
 * Returns `bytes` itself where nothing has to go: always when `header.hasMetadata` is false and
 * `header.profile` is not `srgb`.
 *
 * @param header what `readHeader` said of the same bytes
 * @throws ImagingError `corrupt` where the structure is damaged or its end is missing
 * @throws RangeError where `header.orientation` is not 1: without its EXIF the picture would lie on its side
 */
export function stripMetadata(bytes: Buffer, header: ImageHeader): Buffer {
  if (header.orientation !== 1) {
    throw new RangeError(`orientation ${header.orientation} must be applied to the pixels, not cut off`);
  }
  return CONTAINERS[header.format].strip(bytes);
}

function isReadable(format: string): format is ImageFormat {
  return Object.hasOwn(CONTAINERS, format);
}
