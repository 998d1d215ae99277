import { isUtf8 } from "node:buffer";
import { notText, notUtf8, notUtf16, type TableError } from "./errors.ts";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

const LF = 10;
const CR = 13;

/** UTF-16 is only believed where a byte order mark says so: Excel's "Unicode text" has one. */
export function detectEncoding(head: Buffer): { encoding: Encoding; markBytes: 0 | 2 | 3 } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", markBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", markBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", markBytes: 2 };
  return { encoding: "utf-8", markBytes: 0 };
}

/**
 * The text as UTF-8, checked: whole characters only, none of them NUL. Bytes that are UTF-8 already are
 * passed on as they are, so that an ordinary file is never decoded and encoded again.
 *
 * @param cut whether the last character may be a part of one, which is left out
 */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  { cut }: { readonly cut: boolean },
): AsyncGenerator<Buffer> {
  const { wholeLength, read, fault } = encoding === "utf-8" ? utf8 : utf16(encoding);
  const lines = createLineCounter();
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const joined = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const end = wholeLength(joined);
    carried = joined.subarray(end);
    const text = read(joined.subarray(0, end));
    const broken = text.valid ? text.bytes.indexOf(0) : text.validBytes;
    if (broken >= 0) {
      lines.count(text.bytes.subarray(0, broken));
      throw text.valid ? notText(lines.line) : fault(lines.line);
    }
    lines.count(text.bytes);
    if (text.bytes.length > 0) yield text.bytes;
  }
  if (carried.length > 0 && !cut) throw fault(lines.line);
}

/** `bytes` is UTF-8; where the text was not valid, its first `validBytes` lead up to the faulty line's fault. */
type Text =
  | { readonly valid: true; readonly bytes: Buffer }
  | { readonly valid: false; readonly bytes: Buffer; readonly validBytes: number };

interface Decoder {
  /** How many of the bytes form whole characters: the rest is the beginning of one. */
  wholeLength(bytes: Buffer): number;
  read(bytes: Buffer): Text;
  fault(line: number): TableError;
}

const utf8: Decoder = {
  wholeLength(bytes) {
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back] ?? 0;
      if ((byte & 0xc0) === 0x80) continue;
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return needed > back ? bytes.length - back : bytes.length;
    }
    return bytes.length;
  },
  read: (bytes) =>
    isUtf8(bytes) ? { valid: true, bytes } : { valid: false, bytes, validBytes: validUtf8Length(bytes) },
  fault: notUtf8,
};

const utf16 = (encoding: "utf-16le" | "utf-16be"): Decoder => {
  const unitAt = (bytes: Buffer, at: number) =>
    encoding === "utf-16le" ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  return {
    wholeLength(bytes) {
      const even = bytes.length - (bytes.length % 2);
      const endsWithHighSurrogate = even > 0 && (unitAt(bytes, even - 2) & 0xfc00) === 0xd800;
      return endsWithHighSurrogate ? even - 2 : even;
    },
    read(bytes) {
      // A copy is swapped: the bytes belong to the source.
      const little = encoding === "utf-16le" ? bytes : Buffer.from(bytes).swap16();
      const text = little.toString("utf16le");
      if (text.isWellFormed()) return { valid: true, bytes: Buffer.from(text) };
      const whole = text.toWellFormed();
      let at = 0;
      while (text[at] === whole[at]) at++;
      const before = Buffer.from(text.slice(0, at));
      return { valid: false, bytes: before, validBytes: before.length };
    },
    fault: notUtf16,
  };
};

/** Up to the line of the first invalid sequence: the bytes of a line feed are never part of another character. */
function validUtf8Length(bytes: Buffer): number {
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    if (!isUtf8(bytes.subarray(start, at))) return start;
    start = at + 1;
  }
  return start;
}

/** Lines as an editor counts them: LF, CR and CRLF each end one, wherever the text is cut. */
function createLineCounter() {
  let line = 1;
  let afterCarriageReturn = false;
  return {
    count(bytes: Buffer) {
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at];
        if (byte === CR || (byte === LF && !afterCarriageReturn)) line++;
        afterCarriageReturn = byte === CR;
      }
    },
    /** Where the next byte stands. */
    get line() {
      return line;
    },
  };
}
