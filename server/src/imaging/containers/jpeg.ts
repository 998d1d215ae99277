import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { Cut } from "./cut.ts";
import { exifOrientation, withoutExifPrefix } from "./exif-orientation.ts";
import { type JpegFrame, readFrame } from "./jpeg-frame.ts";
import { IccChunks } from "./jpeg-icc.ts";
import { QuantisationTables } from "./jpeg-quality.ts";
import { isFrameHeader, MARKER, walkSegments } from "./jpeg-segments.ts";
import { isPixelSegment, tableDamage } from "./jpeg-tables.ts";

/** What stands before the first scan: all that decoders read before they decode. */
interface Prelude {
  readonly frame: JpegFrame;
  readonly orientation: number;
  readonly hasExif: boolean;
  readonly profile: ImageHeader["profile"];
  readonly quality: number | null;
  /** Start of the JFIF and of the Adobe segment that decides; -1 where there is none. */
  readonly jfif: number;
  readonly adobe: number;
  readonly firstScan: number;
}

/**
 * Reads what a JPEG says of itself. Damage behind the first scan header is left for the decoder to judge.
 *
 * @throws ImagingError `corrupt` where the bytes end or make no sense before the first scan,
 *   `unsupported_format` for arithmetic, lossless, hierarchical or 12-bit coding.
 */
export function readJpeg(bytes: Buffer): ImageHeader {
  const prelude = readPrelude(bytes);
  const { orientation, hasExif, profile, frame, quality } = prelude;
  return {
    format: "jpeg",
    width: frame.width,
    height: frame.height,
    orientation,
    frames: 1,
    bitsPerChannel: 8,
    colour: frame.colour,
    hasAlpha: false,
    progressive: frame.progressive,
    profile,
    hasMetadata: cutSegments(bytes, prelude).hasMetadata,
    hasExif,
    chromaSubsampled: frame.chromaSubsampled,
    estimatedQuality: quality,
  };
}

/**
 * The same coded pixels without EXIF, XMP, IPTC, comments, thumbnails, further pictures (MPF, gain maps) and
 * anything behind EOI. An ICC profile stays unless it is sRGB. The same Buffer where nothing has to go.
 *
 * @throws ImagingError `corrupt` where the structure is damaged or EOI is missing.
 */
export function stripJpeg(bytes: Buffer): Buffer {
  const { cut, damage } = cutSegments(bytes, readPrelude(bytes));
  if (damage !== null) throw corrupt("jpeg", damage);
  return cut.apply();
}

function readPrelude(bytes: Buffer): Prelude {
  const found: { frame: JpegFrame | null; exif: Buffer | null } = { frame: null, exif: null };
  const icc = new IccChunks();
  const tables = new QuantisationTables(bytes);
  // Of several JFIF or Adobe segments libjpeg lets the last one count.
  let jfif = -1;
  let adobe = -1;
  const walk = walkSegments(bytes, MARKER.SOS, (marker, start, payload, end) => {
    if (isFrameHeader(marker)) {
      if (found.frame !== null) return "it has two frame headers";
      found.frame = readFrame(marker, bytes.subarray(payload, end));
    } else if (marker === MARKER.EOI) return "it holds no picture";
    else if (isJfif(bytes, marker, payload, end)) jfif = start;
    else if (isAdobe(bytes, marker, payload, end)) adobe = start;
    else if (isExif(bytes, marker, payload, end)) found.exif ??= bytes.subarray(payload, end);
    else if (isIcc(bytes, marker, payload, end)) icc.add(bytes.subarray(payload + ICC_ID.length, end));
    const damage = tableDamage(bytes, marker, payload, end);
    if (marker === MARKER.DQT && damage === null) tables.add(payload, end);
    return damage;
  });
  if (walk.damage !== null) throw corrupt("jpeg", walk.damage);
  const { frame, exif } = found;
  if (frame === null) throw corrupt("jpeg", "a scan comes before the frame header");
  const orientation = exif === null ? 1 : exifOrientation(withoutExifPrefix(exif));
  return {
    frame,
    orientation,
    hasExif: exif !== null,
    profile: icc.classify(),
    quality: tables.quality(frame.luminanceTable),
    jfif,
    adobe,
    firstScan: walk.end,
  };
}

function cutSegments(bytes: Buffer, prelude: Prelude) {
  const cut = new Cut(bytes);
  let hasMetadata = false;
  cut.keep(0, 2);
  const walk = walkSegments(bytes, -1, (marker, start, payload, end) => {
    if (isPixelSegment(marker)) {
      cut.keep(start, end);
      if (isFrameHeader(marker) && start > prelude.firstScan) return "it has two frame headers";
      return tableDamage(bytes, marker, payload, end);
    }
    if (start === prelude.jfif || start === prelude.adobe) {
      const length = start === prelude.jfif ? JFIF_BYTES : ADOBE_BYTES;
      if (isBare(bytes, marker, payload, end, length)) cut.keep(start, end);
      else {
        cut.insert(bareSegment(bytes, marker, payload, length));
        hasMetadata = true;
      }
      return null;
    }
    const isProfile = start < prelude.firstScan && isIcc(bytes, marker, payload, end);
    if (isProfile && prelude.profile === "other") cut.keep(start, end);
    else if (!isProfile || prelude.profile === "none") hasMetadata = true;
    return null;
  });
  return { cut, damage: walk.damage, hasMetadata: hasMetadata || walk.end < bytes.length };
}

const ICC_ID = "ICC_PROFILE\0";
const EXIF_ID = "Exif\0";

/** Bytes after the length field: identifier, version, units, two densities, thumbnail width and height. */
const JFIF_BYTES = 14;

/** Bytes after the length field: identifier, version, two sets of flags, the colour transform. */
const ADOBE_BYTES = 12;

const isJfif = (bytes: Buffer, marker: number, payload: number, end: number) =>
  marker === MARKER.APP0 && end - payload >= JFIF_BYTES && startsWith(bytes, payload, "JFIF\0");

const isAdobe = (bytes: Buffer, marker: number, payload: number, end: number) =>
  marker === MARKER.APP14 && end - payload >= ADOBE_BYTES && startsWith(bytes, payload, "Adobe");

const isExif = (bytes: Buffer, marker: number, payload: number, end: number) =>
  marker === MARKER.APP1 && end - payload > EXIF_ID.length && startsWith(bytes, payload, EXIF_ID);

const isIcc = (bytes: Buffer, marker: number, payload: number, end: number) =>
  marker === MARKER.APP2 && end - payload > ICC_ID.length + 2 && startsWith(bytes, payload, ICC_ID);

function startsWith(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString("latin1", offset, offset + text.length) === text;
}

/** Whether a JFIF or Adobe segment holds its fixed fields and no more; JFIF's last two are a thumbnail's size. */
function isBare(bytes: Buffer, marker: number, payload: number, end: number, length: number): boolean {
  if (end - payload !== length) return false;
  return marker !== MARKER.APP0 || bytes.readUInt16BE(end - 2) === 0;
}

function bareSegment(bytes: Buffer, marker: number, payload: number, length: number): Buffer {
  const segment = Buffer.from([0xff, marker, 0, length + 2, ...bytes.subarray(payload, payload + length)]);
  if (marker === MARKER.APP0) segment.writeUInt16BE(0, segment.length - 2);
  return segment;
}
