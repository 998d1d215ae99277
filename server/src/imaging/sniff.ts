import type { ImageFormat, UnsupportedFormat } from "./header.ts";

/** How far an SVG's first element may be: past any licence comment, yet never a whole 50 MB text. */
const TEXT_PREFIX_BYTES = 65_536;

/** Sizes of the information header that follow the file header of a BMP; "BM" alone also begins words. */
const BMP_HEADER_SIZES: readonly number[] = [12, 16, 40, 52, 56, 64, 108, 124];

const HEIC_BRANDS = /^(?:hei[cmsx]|hev[cmsx]|mif[12]|msf1)$/;
const AVIF_BRANDS = /^(?:avi[fso]|MA1[AB])$/;

/**
 * The format that the first bytes name; null where they name none. File names and MIME types are never
 * asked: they are what the sender says, not what was sent.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | UnsupportedFormat | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, TEXT_PREFIX_BYTES));
  return sniffRaster(head) ?? sniffBoxes(head) ?? sniffText(head);
}

function sniffRaster(head: Buffer): ImageFormat | UnsupportedFormat | null {
  const first = head.toString("latin1", 0, 12);
  if (first.startsWith("\xff\xd8\xff")) return "jpeg";
  if (first.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (first.startsWith("GIF87a") || first.startsWith("GIF89a")) return "gif";
  if (first.startsWith("RIFF") && first.endsWith("WEBP")) return "webp";
  // The two versions of TIFF, 42 and 43 (BigTIFF), each in both byte orders.
  if (/^(?:II[*+]\0|MM\0[*+])/.test(first)) return "tiff";
  if (first.startsWith("\xff\x0a")) return "jxl";
  if (first.startsWith("BM") && head.length >= 18 && BMP_HEADER_SIZES.includes(head.readUInt32LE(14))) {
    return "bmp";
  }
  // Type 1 is an icon, type 2 a cursor; the count of pictures that follows is never zero.
  const isIcon = first.startsWith("\0\0\x01\0") || first.startsWith("\0\0\x02\0");
  if (isIcon && head.length >= 6 && head.readUInt16LE(4) > 0) return "ico";
  return null;
}

/** Formats of ISO base media boxes (ISO/IEC 14496-12): a size, a type, then brands. */
function sniffBoxes(head: Buffer): UnsupportedFormat | null {
  if (head.toString("latin1", 0, 12) === "\0\0\0\x0cJXL \r\n\x87\n") return "jxl";
  if (head.length < 12 || head.toString("latin1", 4, 8) !== "ftyp") return null;
  const end = Math.min(head.length, head.readUInt32BE(0));
  // The major brand comes first, then four bytes of version that are no brand, then the compatible ones.
  const brands = [head.toString("latin1", 8, 12)];
  for (let offset = 16; offset + 4 <= end; offset += 4)
    brands.push(head.toString("latin1", offset, offset + 4));
  if (brands.some((brand) => AVIF_BRANDS.test(brand))) return "avif";
  return brands.some((brand) => HEIC_BRANDS.test(brand)) ? "heic" : null;
}

function sniffText(head: Buffer): UnsupportedFormat | null {
  const text = decodeText(head);
  let offset = skipSpace(text, 0);
  if (text.startsWith("%PDF-", offset)) return "pdf";
  // Comments, processing instructions and the document type may stand before the root element.
  while (text.startsWith("<!", offset) || text.startsWith("<?", offset)) {
    const end = endOfProlog(text, offset);
    if (end < 0) return null;
    offset = skipSpace(text, end);
  }
  return /^<(?:[\w.-]{1,64}:)?svg[\s/>]/.test(text.slice(offset, offset + 80)) ? "svg" : null;
}

function decodeText(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return head.toString("utf16le", 2);
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return head.toString("latin1", 3);
  return head.toString("latin1");
}

function endOfProlog(text: string, offset: number): number {
  const after = (closing: string, from: number) => {
    const at = text.indexOf(closing, from);
    return at < 0 ? -1 : at + closing.length;
  };
  if (text.startsWith("<!--", offset)) return after("-->", offset + 4);
  if (text.startsWith("<?", offset)) return after("?>", offset + 2);
  // An internal subset holds declarations with ">" of their own: <!DOCTYPE svg [ … ]>
  const bracket = text.indexOf("[", offset);
  const close = text.indexOf(">", offset);
  return bracket >= 0 && bracket < close ? after("]>", bracket) : after(">", offset);
}

function skipSpace(text: string, from: number): number {
  let offset = from;
  while (offset < text.length && /\s/.test(text.charAt(offset))) offset++;
  return offset;
}
