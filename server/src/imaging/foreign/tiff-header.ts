import { damaged, unsupported } from "./damaged.ts";
import type { ForeignHeader } from "./header.ts";

// Tags of TIFF 6.0.
const imageWidth = 256;
const imageLength = 257;
const bitsPerSample = 258;
const sampleFormat = 339;

/** What the count of TIFF 6.0 has room for; that of BigTIFF has room for any. */
const mostEntries = 65_535;

/** Bytes of a value, by the type of an entry: SHORT, LONG, and LONG8 of BigTIFF. All that is read here is of these. */
const sizeOfType: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };

/** Numbers of a file in its own byte order. @throws {ImagingError} `corrupt` behind its end */
function numbersOf(bytes: Buffer) {
  const little = bytes[0] === 0x49;
  return (offset: number, size: number): number => {
    if (offset + size > bytes.length) throw damaged();
    if (size === 8) return Number(little ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset));
    return little ? bytes.readUIntLE(offset, size) : bytes.readUIntBE(offset, size);
  };
}

/** TIFF 6.0 and BigTIFF: the first directory alone, and of it four entries, wherever others lead. */
export function readTiffHeader(bytes: Buffer): ForeignHeader {
  const number = numbersOf(bytes);
  const big = number(2, 2) === 43;
  const offsetSize = big ? 8 : 4;
  const directory = number(big ? 8 : 4, offsetSize);
  const countSize = big ? 8 : 2;
  const entrySize = big ? 20 : 12;
  const entries = number(directory, countSize);
  if (entries > mostEntries) throw damaged();
  const found = new Map<number, number>();
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + countSize + index * entrySize;
    const size = sizeOfType[number(entry + 2, 2)];
    // Several values that do not fit into the entry are elsewhere; the first one tells enough.
    if (size === undefined) continue;
    const inPlace = size * number(entry + 4, offsetSize) <= offsetSize;
    const value = entry + 4 + offsetSize;
    const tag = number(entry, 2);
    if (tag === imageWidth || tag === imageLength || tag === bitsPerSample || tag === sampleFormat) {
      found.set(tag, number(inPlace ? value : number(value, offsetSize), size));
    }
  }
  const [width, height] = [found.get(imageWidth), found.get(imageLength)];
  if (width === undefined || height === undefined) throw damaged();
  const bits = found.get(bitsPerSample) ?? 1;
  if (bits > 16) throw unsupported("tiff", `it has ${bits} bits a channel, and at most 16 are read`);
  // 1 is whole numbers; others are signed or have a point, and say nothing of what is white.
  if ((found.get(sampleFormat) ?? 1) !== 1) throw unsupported("tiff", "its channels are no whole numbers");
  return { width, height, bitsPerChannel: bits, hasMetadata: true };
}
