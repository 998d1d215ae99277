/** The luminance table of ITU-T T.81 K.1 in zigzag order, which the IJG's quality scales. */
const standardTable = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58,
  51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103,
  62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
] as const;

/** Where the quantisation tables of a JPEG are. Only the one asked for is read: a file may define a million. */
export class QuantisationTables {
  readonly #bytes: Buffer;
  /** Offset of the byte in front of a table's steps, by its number. */
  readonly #offsets = new Map<number, number>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Notes the tables of a DQT segment whose length is known to be right; the last definition of a table counts. */
  add(payload: number, end: number): void {
    for (let offset = payload; offset < end; ) {
      const head = this.#bytes[offset] ?? 0;
      this.#offsets.set(head & 15, offset);
      offset += head >> 4 === 0 ? 65 : 129;
    }
  }

  /** Null where the table is not defined. */
  quality(table: number): number | null {
    const offset = this.#offsets.get(table);
    return offset === undefined ? null : qualityOf(this.#bytes, offset);
  }
}

/**
 * The IJG quality, 1 to 100, whose table is nearest on average: the mean of the steps over the standard ones is the
 * scale that libjpeg's jpeg_set_quality makes of a quality. Exact to a point for its own tables down to 25,
 * where steps are cut at 255; an estimate for others.
 */
function qualityOf(bytes: Buffer, offset: number): number {
  const wide = (bytes[offset] ?? 0) >> 4 !== 0;
  const first = offset + 1;
  let scale = 0;
  for (const [index, standard] of standardTable.entries()) {
    const step = wide ? bytes.readUInt16BE(first + index * 2) : bytes.readUInt8(first + index);
    scale += (100 * step) / standard / standardTable.length;
  }
  const quality = scale <= 100 ? (200 - scale) / 2 : 5000 / scale;
  return Math.max(1, Math.min(100, Math.round(quality)));
}
