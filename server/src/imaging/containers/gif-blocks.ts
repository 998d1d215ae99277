const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** Signature, then the logical screen descriptor. */
const SCREEN_BYTES = 13;

const DESCRIPTOR_BYTES = 10;

/** An extension (`label` is its second byte) or an image (`label` is -1), from `start` to `end`. */
export type VisitBlock = (label: number, start: number, end: number) => string | null;

export interface BlockWalk {
  readonly end: number;
  /** Why the walk could not go on; null at the trailer. */
  readonly damage: string | null;
}

/**
 * Visits the blocks after the global colour table in order, up to the trailer. An image whose descriptor and
 * colour table are there and whose data is cut short is visited too, with an `end` behind the bytes.
 */
export function walkBlocks(bytes: Buffer, visit: VisitBlock): BlockWalk {
  let start = screenEnd(bytes);
  for (;;) {
    const kind = bytes[start];
    if (kind === undefined) return { end: start, damage: "it is cut short" };
    if (kind === TRAILER) return { end: start + 1, damage: null };
    if (kind !== EXTENSION && kind !== IMAGE)
      return { end: start, damage: "it holds a block of no known kind" };
    const content = kind === IMAGE ? imageDataStart(bytes, start) : start + 2;
    if (content > bytes.length) return { end: start, damage: "it is cut short" };
    const end = subBlocksEnd(bytes, content);
    const label = kind === IMAGE ? -1 : (bytes[start + 1] ?? 0);
    if (end > bytes.length && kind === EXTENSION) return { end: start, damage: "it is cut short" };
    const damage = visit(label, start, end);
    if (damage !== null) return { end: start, damage };
    if (end > bytes.length) return { end: start, damage: "it is cut short" };
    start = end;
  }
}

/** End of the global colour table, or of the screen descriptor where there is none; may be behind the bytes. */
export function screenEnd(bytes: Buffer): number {
  return SCREEN_BYTES + colourTableBytes(bytes[10] ?? 0);
}

/** Behind the descriptor, the local colour table and the LZW code size. */
function imageDataStart(bytes: Buffer, start: number): number {
  return start + DESCRIPTOR_BYTES + colourTableBytes(bytes[start + 9] ?? 0) + 1;
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Sub-blocks are a length byte and that many bytes, closed by a length of 0. Behind the bytes if cut short. */
function subBlocksEnd(bytes: Buffer, from: number): number {
  let offset = from;
  while (offset < bytes.length) {
    const length = bytes[offset] ?? 0;
    offset += length + 1;
    if (length === 0) return offset;
  }
  return bytes.length + 1;
}
