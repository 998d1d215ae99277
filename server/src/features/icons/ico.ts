/** One picture of an ICO: a square PNG. */
export interface IcoPicture {
  /** 1 to 256 pixels. */
  readonly side: number;
  readonly png: Buffer;
}

const headerBytes = 6;
const entryBytes = 16;

/**
 * An ICO whose pictures are PNGs, which browsers and Windows since Vista read in every size, and which take a fraction
 * of the bytes of bitmaps.
 *
 * @param pictures in the order in which they are to stand
 */
export function icoOf(pictures: readonly IcoPicture[]): Buffer {
  const directory = Buffer.alloc(headerBytes + entryBytes * pictures.length);
  // 1: icons; 2 would be cursors.
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(pictures.length, 4);
  let offset = directory.length;
  for (const [index, { side, png }] of pictures.entries()) {
    const at = headerBytes + index * entryBytes;
    // Zero stands for 256.
    directory.writeUInt8(side % 256, at);
    directory.writeUInt8(side % 256, at + 1);
    // Planes, and bits of a pixel.
    directory.writeUInt16LE(1, at + 4);
    directory.writeUInt16LE(32, at + 6);
    directory.writeUInt32LE(png.length, at + 8);
    directory.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([directory, ...pictures.map(({ png }) => png)], offset);
}

/**
 * The largest picture of an ICO that `icoOf` made.
 *
 * @returns null for anything else
 */
export function largestInIco(ico: Buffer): Buffer | null {
  if (ico.length < headerBytes || ico.readUInt32LE(0) !== 0x10000) return null;
  let largest: { readonly side: number; readonly png: Buffer } | null = null;
  for (let index = 0; index < ico.readUInt16LE(4); index += 1) {
    const at = headerBytes + index * entryBytes;
    if (at + entryBytes > ico.length) return null;
    const side = ico.readUInt8(at) || 256;
    const offset = ico.readUInt32LE(at + 12);
    const end = offset + ico.readUInt32LE(at + 8);
    if (end > ico.length) return null;
    if (side > (largest?.side ?? 0)) largest = { side, png: ico.subarray(offset, end) };
  }
  return largest?.png ?? null;
}
