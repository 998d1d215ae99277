import { LongText } from "./long-text.ts";

/** Bytes of a picture as they came in, whatever form they came in. */
export class ReceivedImage {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** A data URL's head is its media type, parameters and `;base64,`; far longer ones are not meant. */
const longestHead = 256;
const head = /^data:image\/[\w.+-]+(?:;[^;,]*)*;base64,/i;

/**
 * Decodes `data:image/…;base64,…`. The media type has to be an image's, but is not believed: the bytes tell the
 * format. White space, line breaks and missing padding are tolerated.
 *
 * @returns the bytes, or a sentence that says what is wrong
 */
export function decodeDataUrl(url: string | LongText): ReceivedImage | string {
  const start = url instanceof LongText ? url.head(longestHead) : url.slice(0, longestHead);
  const match = head.exec(start.trimStart());
  if (!match) return "expected a data URL such as data:image/png;base64,…";
  const offset = match[0].length + start.length - start.trimStart().length;
  const text = url instanceof LongText ? url.from(offset) : url.slice(offset);
  const bytes = decodeBase64(text);
  return bytes === null ? "the data after base64, is not valid base64" : new ReceivedImage(bytes);
}

/**
 * Node's decoder skips what is not base64 instead of refusing it, so the length tells: one character too few in the
 * result means that something was skipped. Only then is the text looked at again, without its white space.
 */
function decodeBase64(text: string): Buffer | null {
  const direct = decodeExactly(text);
  return direct ?? (/\s/.test(text) ? decodeExactly(text.replace(/\s+/g, "")) : null);
}

function decodeExactly(text: string): Buffer | null {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = text.length - padding;
  if (length === 0 || length % 4 === 1) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : null;
}
