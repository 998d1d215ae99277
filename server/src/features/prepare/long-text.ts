/** A long string of a JSON body that was left in the bytes it arrived in: no copy until somebody needs it. */
export class LongText {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The first characters, for looking at a data URL's head. */
  head(length: number): string {
    return this.#bytes.toString("latin1", 0, length);
  }

  /** Characters from `start` on; bytes above 0x7f come out wrong, which no base64 alphabet contains. */
  from(start: number): string {
    return this.#bytes.toString("latin1", start);
  }
}

const quote = 0x22;
const backslash = 0x5c;
/** Shorter strings are left to the JSON parser; an image is never this short by accident. */
const long = 4096;
/** JSON text can write a NUL in this one way only. */
const escapedNul = "\\u0000";
/** With a number behind it, stands for a long text while the rest is parsed. */
const mark = "\u0000long:";

/**
 * Parses a JSON body whose long strings stay bytes. A picture of 4 MB is a string of 5.3 million characters that
 * `JSON.parse` would decode, scan and copy; only its base64 is wanted, and that once.
 *
 * Only the fields of the top level become {@link LongText}: there the image is. In every other respect the result is
 * that of `JSON.parse`, but for raw control characters inside a long text: not all of them are looked for.
 *
 * @param parse turns the shortened text into a value; throws for broken JSON
 */
export function parseWithLongText(body: Buffer, parse: (text: string) => unknown): unknown {
  const found: LongText[] = [];
  const pieces: string[] = [];
  let copied = 0;
  let position = body.indexOf(quote);
  while (position >= 0) {
    const end = endOfString(body, position + 1);
    if (end < 0) break;
    const text = body.subarray(position + 1, end);
    // Strings with escapes are left to the parser: some encoders write `\/`.
    if (text.length >= long && !text.includes(backslash) && !hasControls(text)) {
      pieces.push(body.toString("utf8", copied, position));
      found.push(new LongText(text));
      copied = end + 1;
    }
    position = body.indexOf(quote, end + 1);
  }
  const parseWhole = () => parse(body.toString("utf8"));
  if (found.length === 0) return parseWhole();
  pieces.push(body.toString("utf8", copied));
  // A text of the body that says the same as a mark would be taken for one.
  if (pieces.some((piece) => piece.includes(escapedNul))) return parseWhole();
  const shortened = pieces.map((piece, index) =>
    index === 0 ? piece : `"${escapedNul}long:${index - 1}"${piece}`,
  );
  return restore(parse(shortened.join("")), found) ?? parseWhole();
}

function endOfString(body: Buffer, from: number): number {
  let end = body.indexOf(quote, from);
  while (end >= 0) {
    let escapes = 0;
    while (body[end - 1 - escapes] === backslash && end - 1 - escapes >= from) escapes += 1;
    if (escapes % 2 === 0) return end;
    end = body.indexOf(quote, end + 1);
  }
  return -1;
}

/** Raw control characters make a JSON string invalid; the parser is to say so. Line breaks are the likely ones. */
const hasControls = (text: Buffer) => text.includes(0x0a) || text.includes(0x0d) || text.includes(0x00);

/** Puts the long texts where their marks are; undefined unless all of them are fields of the top level. */
function restore(value: unknown, found: readonly LongText[]): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  let restored = 0;
  const fields = Object.entries(value).map(([name, field]) => {
    const text =
      typeof field === "string" && field.startsWith(mark)
        ? found[Number(field.slice(mark.length))]
        : undefined;
    if (text) restored += 1;
    return [name, text ?? field];
  });
  return restored === found.length ? Object.fromEntries(fields) : undefined;
}
