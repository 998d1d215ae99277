import { crc32 } from "node:zlib";
import { stripMetadata } from "./container.ts";
import type { ImageFormat, ImageHeader } from "./header.ts";

/**
 * A file whose pixels stay as they are: without its metadata, but never larger, and never turned another way: of what
 * says which way up a picture is, just that is kept.
 *
 * @throws {ImagingError} `corrupt` where it is damaged or cut short
 */
export function untouched(bytes: Buffer, header: ImageHeader): Buffer {
  const stripped = stripMetadata(bytes, { ...header, orientation: 1 });
  if (header.orientation === 1) return stripped;
  const turned = withOrientation[header.format](stripped, header.orientation);
  // What takes even less to say so holds nothing else.
  return turned.length <= bytes.length ? turned : bytes;
}

/** What EXIF is at least: a big-endian TIFF header and a directory of one entry (0x0112, SHORT, one value). */
const exifOf = (orientation: number) =>
  Buffer.from(`4d4d002a00000008${"0001"}0112000300000001000${orientation}0000${"00000000"}`, "hex");

/** Behind SOI, where readers look for EXIF first. */
const afterJpegStart = 2;
/** Behind the signature and IHDR. */
const afterPngHeader = 33;
const webpFlags = 20;
const webpExifFlag = 0x08;

const withOrientation: Readonly<Record<ImageFormat, (stripped: Buffer, orientation: number) => Buffer>> = {
  jpeg(stripped, orientation) {
    const segment = Buffer.concat([Buffer.from("ffe10022457869660000", "hex"), exifOf(orientation)]);
    return inserted(stripped, afterJpegStart, segment);
  },
  png(stripped, orientation) {
    const typed = Buffer.concat([Buffer.from("eXIf"), exifOf(orientation)]);
    const framed = Buffer.alloc(typed.length + 8);
    framed.writeUInt32BE(typed.length - 4, 0);
    typed.copy(framed, 4);
    framed.writeUInt32BE(crc32(typed), typed.length + 4);
    return inserted(stripped, afterPngHeader, framed);
  },
  // Only an extended WebP has EXIF, so that its flags are there to be set.
  webp(stripped, orientation) {
    const exif = exifOf(orientation);
    const prefix = Buffer.from("EXIF\0\0\0\0");
    prefix.writeUInt32LE(exif.length, 4);
    const file = Buffer.concat([stripped, prefix, exif]);
    file.writeUInt32LE(file.length - 8, 4);
    file.writeUInt8(file.readUInt8(webpFlags) | webpExifFlag, webpFlags);
    return file;
  },
  // Has nowhere to say so.
  gif: (stripped) => stripped,
};

const inserted = (bytes: Buffer, at: number, part: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
