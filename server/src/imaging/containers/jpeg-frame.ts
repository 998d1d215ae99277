import { ImagingError } from "../errors.ts";
import { corrupt } from "./corrupt.ts";
import { MARKER } from "./jpeg-segments.ts";

/** What the frame header (SOFn, ITU-T T.81 B.2.2) says. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly colour: "grey" | "rgb" | "cmyk";
  readonly progressive: boolean;
  readonly chromaSubsampled: boolean;
  /** Number of the quantisation table of the first component: luminance, or grey. */
  readonly luminanceTable: number;
}

/**
 * Reads the frame header whose bytes after the length field are `payload`.
 *
 * @throws ImagingError `unsupported_format` for codings that no common decoder reads, `corrupt` for
 *   impossible values.
 */
export function readFrame(marker: number, payload: Buffer): JpegFrame {
  refuseUncommonCoding(marker);
  if (payload.length < 6) throw corrupt("jpeg", "its frame header is too short");
  const precision = payload.readUInt8(0);
  const height = payload.readUInt16BE(1);
  const width = payload.readUInt16BE(3);
  const components = payload.readUInt8(5);
  if (payload.length !== 6 + components * 3) throw corrupt("jpeg", "its frame header has the wrong length");
  if (precision !== 8) throw unsupported(`${precision} bits a channel`);
  // Height 0 defers the height to a DNL marker after the first scan, which decoders do not follow.
  if (width === 0 || height === 0) throw corrupt("jpeg", "its width or height is zero");
  return {
    width,
    height,
    colour: colourOf(components),
    progressive: marker === 0xc2,
    chromaSubsampled: isSubsampled(payload, components),
    luminanceTable: payload.readUInt8(8),
  };
}

function refuseUncommonCoding(marker: number): void {
  if (marker === 0xc3) throw unsupported("lossless coding");
  if (marker > MARKER.JPG) throw unsupported("arithmetic coding");
  if (marker > MARKER.DHT) throw unsupported("hierarchical coding");
}

function colourOf(components: number): JpegFrame["colour"] {
  if (components === 1) return "grey";
  if (components === 3) return "rgb";
  if (components === 4) return "cmyk";
  throw unsupported(`${components} colour channels`);
}

function isSubsampled(payload: Buffer, components: number): boolean {
  const horizontal: number[] = [];
  const vertical: number[] = [];
  for (let index = 0; index < components; index++) {
    const factors = payload.readUInt8(7 + index * 3);
    horizontal.push(factors >> 4);
    vertical.push(factors & 15);
  }
  const factors = [...horizontal, ...vertical];
  if (factors.some((factor) => factor < 1 || factor > 4)) {
    throw corrupt("jpeg", "a sampling factor is not 1 to 4");
  }
  return new Set(horizontal).size > 1 || new Set(vertical).size > 1;
}

function unsupported(what: string): ImagingError {
  return new ImagingError(
    "unsupported_format",
    `JPEG with ${what} is not supported. Supported are baseline and progressive JPEG with 8 bits a channel.`,
    { format: "jpeg", feature: what },
  );
}
