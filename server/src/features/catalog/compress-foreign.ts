import {
  type Compressed,
  type CompressRequest,
  type ForeignFormat,
  ImagingError,
  readForeignHeader,
  readHeader,
  uprightSize,
} from "@fovea/imaging";

/** Makes a picture of a foreign format one of JPEG, or, not `opaque` and where it can be seen through, of PNG. */
export type ConvertForeign = (
  bytes: Buffer,
  wish: { readonly format: ForeignFormat; readonly opaque: boolean },
  signal: AbortSignal,
) => Promise<Buffer>;

interface Steps {
  readonly convert: (bytes: Buffer, opaque: boolean) => Promise<Buffer>;
  readonly compress: (bytes: Buffer, request: CompressRequest) => Promise<Compressed>;
}

/**
 * Makes a smaller picture of one whose format is not kept: a JPEG, or what was wished, and never larger. An AVIF that is
 * the smallest already stays what it is; of other formats, which no page shows, there is a WebP within their bytes.
 *
 * @throws {ImagingError} as `compress`, and `unsupported_format`; `cannot_fit` where nothing is smaller
 */
export async function compressForeign(
  bytes: Buffer,
  format: ForeignFormat,
  request: CompressRequest,
  { convert, compress }: Steps,
): Promise<Compressed> {
  const picture = await convert(bytes, request.format === "keep");
  const smaller = await compress(picture, request);
  if (smaller.bytes.length < bytes.length) return ownWork(smaller);
  if (format === "avif" && !readForeignHeader(bytes, format).hasMetadata)
    return asItIs(bytes, picture, request);
  const targetBytes = Math.min(request.targetBytes ?? Number.POSITIVE_INFINITY, bytes.length - 1);
  const within = await compress(picture, { ...request, format: "webp", targetBytes });
  if (within.bytes.length < bytes.length) return ownWork({ ...within, why: within.why ?? "not_smaller" });
  throw new ImagingError("cannot_fit", `The image has only ${bytes.length} bytes, and none has less.`);
}

/** Pixels that are those of the picture in between are no longer the source's own file. */
const ownWork = (made: Compressed): Compressed => ({ ...made, unchanged: false });

function asItIs(bytes: Buffer, picture: Buffer, { targetBytes }: CompressRequest): Compressed {
  const missed = targetBytes !== null && bytes.length > targetBytes;
  return {
    ...{ bytes, format: "avif", ...uprightSize(readHeader(picture)), quality: null, similarity: 1 },
    ...{ unchanged: true, why: missed ? "target_missed" : "not_smaller" },
  };
}

/** The sentence on a format that is not read here either: the package knows but of those that it reads itself. */
export function sentenceOn(error: ImagingError): string {
  const { format } = error.details;
  if (error.code !== "unsupported_format" || typeof format !== "string" || isRead(format))
    return error.message;
  return `The format ${format.toUpperCase()} is not supported. Supported formats: JPEG, PNG, GIF, WEBP, AVIF, TIFF, BMP.`;
}

/** What of it is not supported is then its coding. */
const isRead = (format: string) => ["jpeg", "tiff", "avif", "bmp"].includes(format);
