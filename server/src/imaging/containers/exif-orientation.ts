const ORIENTATION = 0x0112;

/** TIFF 6.0 section 2: 12 bytes an entry, and the types that a whole number may have. */
const ENTRY_BYTES = 12;
const ONE_BYTE = [1, 6];
const TWO_BYTES = [3, 8];
const FOUR_BYTES = [4, 9];

const VERSION = 42;

/**
 * The orientation, 1 to 8, that an EXIF block stores in its first directory; 1 where it stores none that is
 * valid. `tiff` is the block without the prefix that some containers put before it, in either byte order.
 *
 * As lenient as libexif, which the decoder reads with: a stricter reader would let a picture that lies on its
 * side pass as upright.
 */
export function exifOrientation(tiff: Buffer): number {
  const order = tiff.toString("latin1", 0, 2);
  if (tiff.length < 8 || (order !== "II" && order !== "MM")) return 1;
  const little = order === "II";
  const read16 = (offset: number) => (little ? tiff.readUInt16LE(offset) : tiff.readUInt16BE(offset));
  const read32 = (offset: number) => (little ? tiff.readUInt32LE(offset) : tiff.readUInt32BE(offset));
  const directory = read32(4);
  if (read16(2) !== VERSION || directory + 2 > tiff.length) return 1;
  const end = Math.min(tiff.length, directory + 2 + read16(directory) * ENTRY_BYTES);
  for (let entry = directory + 2; entry + ENTRY_BYTES <= end; entry += ENTRY_BYTES) {
    if (read16(entry) !== ORIENTATION) continue;
    const value = readValue(read16(entry + 2), entry + 8);
    if (value >= 1 && value <= 8) return value;
  }
  return 1;

  function readValue(type: number, offset: number): number {
    if (TWO_BYTES.includes(type)) return read16(offset);
    if (FOUR_BYTES.includes(type)) return read32(offset);
    return ONE_BYTE.includes(type) ? tiff.readUInt8(offset) : 0;
  }
}

/** JPEG has `Exif\0\0` before the TIFF structure, WebP should not but often does, PNG decoders refuse it. */
export function withoutExifPrefix(block: Buffer): Buffer {
  return block.toString("latin1", 0, 6) === "Exif\0\0" ? block.subarray(6) : block;
}
