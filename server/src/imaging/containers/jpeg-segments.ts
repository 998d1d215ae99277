/** Marker codes of ITU-T T.81 table B.1 that matter here, and the application segments that decoders read. */
export const MARKER = {
  TEM: 0x01,
  SOF0: 0xc0,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DNL: 0xdc,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP2: 0xe2,
  APP14: 0xee,
  APP15: 0xef,
  COM: 0xfe,
} as const;

/** SOF0 to SOF15, which share their row of codes with DHT, JPG and DAC. */
export function isFrameHeader(marker: number): boolean {
  return (
    marker >= 0xc0 &&
    marker <= 0xcf &&
    marker !== MARKER.DHT &&
    marker !== MARKER.JPG &&
    marker !== MARKER.DAC
  );
}

/**
 * One segment: from `start` (the 0xff, or the first of several fill bytes) to `end`; its own bytes begin at
 * `payload`, after the length. A scan's `end` is after its entropy-coded data. Returns what is wrong with the
 * segment, which ends the walk, or null.
 */
export type VisitSegment = (marker: number, start: number, payload: number, end: number) => string | null;

/** Where the walk ended, and why it could not go on (null at EOI or at the marker it was to stop at). */
export interface SegmentWalk {
  readonly end: number;
  readonly damage: string | null;
}

/**
 * More than a file of 4 GB with full segments has. 50 MB of empty comments would hold the event loop for most
 * of a second (12 million segments).
 */
const MAX_SEGMENTS = 65_536;

/** Visits the segments after SOI in order, through all scans, up to EOI or the first marker `until`. */
export function walkSegments(bytes: Buffer, until: number, visit: VisitSegment): SegmentWalk {
  let offset = 2;
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const code = markerCodeOffset(bytes, offset);
    const marker = bytes[code];
    if (marker === undefined) {
      return { end: offset, damage: offset < bytes.length ? "a marker is missing" : "it is cut short" };
    }
    if (marker === until) return { end: offset, damage: null };
    let end = code + 1;
    if (!isStandalone(marker)) {
      if (!isSegment(marker))
        return { end: offset, damage: `marker 0x${marker.toString(16)} is not allowed` };
      if (code + 3 > bytes.length) return { end: offset, damage: "it is cut short" };
      end += bytes.readUInt16BE(code + 1);
      if (end < code + 3) return { end: offset, damage: "a segment is shorter than its length field" };
      if (end > bytes.length) return { end: offset, damage: "it is cut short" };
      if (marker === MARKER.SOS) end = scanEnd(bytes, end);
    }
    const damage = visit(marker, offset, Math.min(code + 3, end), end);
    if (damage !== null || marker === MARKER.EOI) return { end, damage };
    offset = end;
  }
  return { end: offset, damage: "it holds too many segments" };
}

function isStandalone(marker: number): boolean {
  return marker === MARKER.EOI || marker === MARKER.TEM || (marker >= MARKER.RST0 && marker <= MARKER.RST7);
}

/** Decoders refuse reserved codes, a second SOI, and the headers of hierarchical files (DHP, EXP). */
function isSegment(marker: number): boolean {
  return (
    isFrameHeader(marker) ||
    marker === MARKER.DHT ||
    marker === MARKER.DAC ||
    (marker >= MARKER.SOS && marker <= MARKER.DRI) ||
    (marker >= MARKER.APP0 && marker <= MARKER.APP15) ||
    marker === MARKER.COM
  );
}

/** Any number of 0xff may stand before a marker's code (T.81 B.1.1.2). Past the end where there is no marker. */
function markerCodeOffset(bytes: Buffer, offset: number): number {
  if (bytes[offset] !== 0xff) return bytes.length;
  let code = offset + 1;
  while (bytes[code] === 0xff) code++;
  return code;
}

/** Bytes looked at one by one after an 0xff before the native search is called again. */
const NEAR_BYTES = 48;

/**
 * Offset of the first 0xff that begins a marker other than RSTn, from `from` on; the end of the bytes where
 * there is none.
 *
 * Real data has an 0xff every 256 bytes or so, which the native search jumps to at memory speed. A file
 * crafted of `ff 00` pairs would make a native call for every second byte, 20 times slower than looking:
 * hence a short look by hand after each hit.
 */
export function scanEnd(bytes: Buffer, from: number): number {
  let offset = from;
  for (;;) {
    offset = bytes.indexOf(0xff, offset);
    if (offset < 0) return bytes.length;
    const near = Math.min(bytes.length, offset + NEAR_BYTES);
    while (offset < near) {
      if (bytes[offset] !== 0xff) {
        offset++;
        continue;
      }
      let code = offset + 1;
      while (bytes[code] === 0xff) code++;
      const marker = bytes[code];
      if (marker === undefined) return bytes.length;
      const isData = marker === 0 || (marker >= MARKER.RST0 && marker <= MARKER.RST7);
      if (!isData) return offset;
      offset = code + 1;
    }
  }
}
