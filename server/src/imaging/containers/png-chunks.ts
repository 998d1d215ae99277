import { crc32 } from "node:zlib";

/** Chunk types as the big-endian number of their four letters: comparing numbers allocates nothing. */
export const CHUNK = {
  IHDR: 0x49484452,
  PLTE: 0x504c5445,
  IDAT: 0x49444154,
  IEND: 0x49454e44,
  tRNS: 0x74524e53,
  gAMA: 0x67414d41,
  cHRM: 0x6348524d,
  sRGB: 0x73524742,
  cICP: 0x63494350,
  iCCP: 0x69434350,
  eXIf: 0x65584966,
  acTL: 0x6163544c,
  fcTL: 0x6663544c,
  fdAT: 0x66644154,
} as const;

export const SIGNATURE_BYTES = 8;

/** Length and type before a chunk's data, checksum behind it. */
const PREFIX_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** The PNG specification's limit for a length: decoders refuse more. */
const MAX_LENGTH = 0x7fffffff;

/** A chunk from `start` to `end`, whose data begins at `data`. Returns what is wrong with it, or null. */
export type VisitChunk = (type: number, start: number, data: number, end: number) => string | null;

export interface ChunkWalk {
  readonly end: number;
  /** Why the walk could not go on; null at IEND or at the chunk it was to stop at. */
  readonly damage: string | null;
}

/** Visits the chunks in order up to and with IEND, or up to the first one of type `until`. */
export function walkChunks(bytes: Buffer, until: number, visit: VisitChunk): ChunkWalk {
  let start = SIGNATURE_BYTES;
  for (;;) {
    if (start + PREFIX_BYTES > bytes.length) return { end: start, damage: "it is cut short" };
    const length = bytes.readUInt32BE(start);
    const type = bytes.readUInt32BE(start + 4);
    if (type === until) return { end: start, damage: null };
    if (length > MAX_LENGTH) return { end: start, damage: "a chunk has an impossible length" };
    const data = start + PREFIX_BYTES;
    const end = data + length + CHECKSUM_BYTES;
    if (end > bytes.length) return { end: start, damage: "it is cut short" };
    const damage = visit(type, start, data, end);
    if (damage !== null || type === CHUNK.IEND) return { end, damage };
    start = end;
  }
}

export const dataLength = (data: number, end: number): number => end - CHECKSUM_BYTES - data;

/** Decoders skip an ancillary chunk that they do not know and refuse a critical one: bit 5 of the first letter. */
export const isCritical = (type: number): boolean => (type & 0x20000000) === 0;

/** What is wrong with the chunk's checksum, over its type and data, or null. */
export function checksumDamage(bytes: Buffer, start: number, end: number): string | null {
  const stored = bytes.readUInt32BE(end - CHECKSUM_BYTES);
  const matches = crc32(bytes.subarray(start + 4, end - CHECKSUM_BYTES)) === stored;
  return matches
    ? null
    : `the checksum of its ${bytes.toString("latin1", start + 4, start + 8)} chunk does not match`;
}
