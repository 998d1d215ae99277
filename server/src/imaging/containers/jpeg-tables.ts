import { isFrameHeader, MARKER } from "./jpeg-segments.ts";

/**
 * What is wrong with a segment that decoders read, or null. They refuse a table segment with bytes left over,
 * so such bytes are not kept as if they were part of the picture.
 *
 * `end` is the segment's end; for a scan the end of its entropy-coded data.
 */
export function tableDamage(bytes: Buffer, marker: number, payload: number, end: number): string | null {
  switch (marker) {
    case MARKER.DQT:
      return quantisationEnd(bytes, payload, end) === end
        ? null
        : "a quantisation table has the wrong length";
    case MARKER.DHT:
      return huffmanEnd(bytes, payload, end) === end ? null : "a Huffman table has the wrong length";
    case MARKER.DAC:
      return (end - payload) % 2 === 0 ? null : "an arithmetic coding table has the wrong length";
    case MARKER.DRI:
    case MARKER.DNL:
      return end - payload === 2 ? null : "a segment has the wrong length";
    case MARKER.SOS: {
      const components = bytes[payload] ?? 0;
      const matches = bytes.readUInt16BE(payload - 2) === 6 + components * 2;
      return matches && components >= 1 && components <= 4 ? null : "a scan header has the wrong length";
    }
    default:
      return null;
  }
}

/** Whether decoders need the segment to reach the pixels. */
export function isPixelSegment(marker: number): boolean {
  return (
    isFrameHeader(marker) ||
    marker === MARKER.DHT ||
    marker === MARKER.DAC ||
    (marker >= MARKER.EOI && marker <= MARKER.DRI)
  );
}

function quantisationEnd(bytes: Buffer, from: number, end: number): number {
  let offset = from;
  // The upper half of a table's first byte tells whether its 64 values have 8 or 16 bits.
  while (offset < end) offset += 1 + ((bytes[offset] ?? 0) >> 4 === 0 ? 64 : 128);
  return offset;
}

function huffmanEnd(bytes: Buffer, from: number, end: number): number {
  let offset = from;
  while (offset < end) {
    let symbols = 0;
    for (let index = 1; index <= 16; index++) symbols += bytes[offset + index] ?? 0;
    offset += 17 + symbols;
  }
  return offset;
}
