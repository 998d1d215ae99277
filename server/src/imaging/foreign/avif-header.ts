import { damaged, unsupported } from "./damaged.ts";
import type { ForeignHeader } from "./header.ts";

interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/** All that a still picture needs; others say something about it. */
const neededBoxes = new Set(["ftyp", "meta", "mdat"]);
/** Items that are coded pixels, or say how these are put together. */
const pixelItems = new Set(["av01", "grid", "iovl", "iden"]);

/** Side by side. Pictures have tens of them; 50 MB of empty ones would take a gigabyte here. */
const mostBoxes = 10_000;

/** Boxes one after the other (ISO/IEC 14496-12, 4.2). @throws {ImagingError} `corrupt` where one ends behind the others */
function* boxesIn(bytes: Buffer): Generator<Box> {
  for (let offset = 0, count = 1; offset < bytes.length; count += 1) {
    if (bytes.length - offset < 8 || count > mostBoxes) throw damaged();
    const short = bytes.readUInt32BE(offset);
    const start = offset + (short === 1 ? 16 : 8);
    if (start > bytes.length) throw damaged();
    const long = short === 1 ? Number(bytes.readBigUInt64BE(offset + 8)) : short;
    const end = short === 0 ? bytes.length : offset + long;
    if (end < start || end > bytes.length) throw damaged();
    yield { type: bytes.toString("latin1", offset + 4, offset + 8), content: bytes.subarray(start, end) };
    offset = end;
  }
}

const contentOf = (boxes: readonly Box[], type: string) =>
  boxes.find((box) => box.type === type)?.content ?? Buffer.alloc(0);

/** AVIF as a still picture. Its pixels are those of its largest part, be that the picture or what it is put together of. */
export function readAvifHeader(bytes: Buffer): ForeignHeader {
  const outer = [...boxesIn(bytes)];
  if (!outer.some(({ type }) => type === "meta")) {
    if (outer.some(({ type }) => type === "moov")) throw unsupported("avif", "it has no still picture");
    throw damaged();
  }
  const meta = [...boxesIn(contentOf(outer, "meta").subarray(4))];
  const properties = [...boxesIn(contentOf([...boxesIn(contentOf(meta, "iprp"))], "ipco"))];
  let largest = { width: 0, height: 0 };
  let bitsPerChannel = 8;
  for (const { type, content } of properties) {
    if (type === "ispe" && content.length >= 12) {
      const [width, height] = [content.readUInt32BE(4), content.readUInt32BE(8)];
      if (width * height > largest.width * largest.height) largest = { width, height };
    }
    // Bit 6 is high_bitdepth, bit 5 twelve_bit.
    const depth = type === "av1C" ? (content[2] ?? 0) & 0x60 : 0;
    if (depth > 0) bitsPerChannel = Math.max(bitsPerChannel, depth === 0x60 ? 12 : 10);
  }
  const hasMetadata =
    outer.some(({ type }) => !neededBoxes.has(type)) || itemTypes(meta).some((type) => !pixelItems.has(type));
  return { ...largest, bitsPerChannel, hasMetadata };
}

/** Of the entries of `iinf`: of version 0 the count has two bytes, of `infe` version 2 the id. */
function itemTypes(meta: readonly Box[]): readonly string[] {
  const information = contentOf(meta, "iinf");
  const entries = [...boxesIn(information.subarray(information[0] === 0 ? 6 : 8))];
  return entries.map(({ content }) => {
    const at = content[0] === 3 ? 10 : 8;
    return content.toString("latin1", at, at + 4);
  });
}
