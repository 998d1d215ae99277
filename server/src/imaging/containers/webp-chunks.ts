/** Chunk types as the big-endian number of their four letters: comparing numbers allocates nothing. */
export const WEBP_CHUNK = {
  VP8: 0x56503820,
  VP8L: 0x5650384c,
  VP8X: 0x56503858,
  ALPH: 0x414c5048,
  ANIM: 0x414e494d,
  ANMF: 0x414e4d46,
  ICCP: 0x49434350,
  EXIF: 0x45584946,
} as const;

/** "RIFF", the size of all that follows, "WEBP". */
export const RIFF_HEADER_BYTES = 12;

export const CHUNK_PREFIX_BYTES = 8;

/**
 * A chunk from `start` to `end` (its padding byte included) whose own bytes are `payload` to `payloadEnd`. Of a
 * chunk that is cut short, `payloadEnd` is where the bytes end and `end` where they should.
 */
export type VisitWebpChunk = (
  type: number,
  start: number,
  payload: number,
  payloadEnd: number,
  end: number,
) => string | null;

/** An hour of animation at 18 frames a second. Without it 50 MB of empty frames hold the event loop for a second. */
const MAX_CHUNKS = 65_536;

/**
 * Visits the chunks between two offsets in order. Returns why the walk could not go on, or null at the end. A
 * chunk that is cut short by the end of the bytes is visited too, with the part that is there.
 */
export function walkWebpChunks(
  bytes: Buffer,
  from: number,
  to: number,
  visit: VisitWebpChunk,
): string | null {
  const limit = Math.min(to, bytes.length);
  let start = from;
  for (let count = 0; start < limit; count++) {
    if (count === MAX_CHUNKS) return "it holds too many chunks";
    const payload = start + CHUNK_PREFIX_BYTES;
    if (payload > limit) return "it is cut short";
    const length = bytes.readUInt32LE(start + 4);
    const end = payload + length + (length & 1);
    const payloadEnd = Math.min(payload + length, limit);
    const damage = visit(bytes.readUInt32BE(start), start, payload, payloadEnd, end);
    if (damage !== null) return damage;
    if (end > limit) return to > limit ? "it is cut short" : "a chunk is longer than what holds it";
    start = end;
  }
  return to > limit ? "it is cut short" : null;
}
