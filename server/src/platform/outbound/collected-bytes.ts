/** Bytes that arrive piece by piece. */
export interface CollectedBytes {
  add(piece: Buffer): void;
  /** All of them, once the last one is there. */
  take(): Buffer;
}

/** What a declared length is believed to: more is made room for when it arrives. */
const believedBytes = 1024 * 1024;
const leastBytes = 4096;

/**
 * Copies pieces into one buffer, and keeps none of them. A server may send its body a byte at a time: each piece takes
 * 134 bytes of heap (measured) besides what its socket read with it, so 20 MB of such pieces would end the process.
 *
 * @param expected bytes; 0 where nobody said
 */
export function collectBytes(expected: number): CollectedBytes {
  let bytes = Buffer.alloc(0);
  let length = 0;

  function makeRoom(needed: number): void {
    const wanted = Math.max(needed, bytes.length * 2, Math.min(expected, believedBytes), leastBytes);
    const larger = Buffer.allocUnsafeSlow(wanted);
    bytes.copy(larger, 0, 0, length);
    bytes = larger;
  }

  return {
    add(piece) {
      if (length + piece.length > bytes.length) makeRoom(length + piece.length);
      piece.copy(bytes, length);
      length += piece.length;
    },
    // It may wait long for its turn: without the room that was left over.
    take: () => (length === bytes.length ? bytes : Buffer.from(bytes.subarray(0, length))),
  };
}
