/** Names and ids are indexed, and an index has no place for more than some thousand bytes. */
const maxTextLength = 500;
/** An entry says what happened; what a request carried is not kept here. */
const maxDetailsBytes = 8 * 1024;
/** Of what was too long, so much is kept. */
const beginningLength = 300;

/** Text as PostgreSQL can hold it: NUL and halves of surrogate pairs are replaced, what is too long is cut. */
export const storableText = (text: string): string => {
  const clean = text.replaceAll("\u0000", "\uFFFD").toWellFormed();
  // Cut through a pair, its first half would be left.
  return clean.length <= maxTextLength ? clean : `${clean.slice(0, maxTextLength - 1).toWellFormed()}…`;
};

/**
 * Details as the text of JSON that PostgreSQL can hold, of at most 8 KB. Of larger ones, each long member becomes
 * `{cut: true, bytes, beginning}`: the small ones are the facts, a long one is a list or a text. Where that is not enough
 * the whole becomes that.
 */
export function storableDetails(details: Readonly<Record<string, unknown>>): string {
  const whole = storableJson(details);
  if (isShort(whole, maxDetailsBytes)) return whole;
  const members = Object.entries(details).map(([name, value]) => {
    const text = value === undefined ? "" : storableJson(value);
    return [name, isShort(text, maxDetailsBytes / 8) ? value : cut(text)];
  });
  const shortened = storableJson(Object.fromEntries(members));
  return isShort(shortened, maxDetailsBytes) ? shortened : storableJson(cut(whole));
}

const isShort = (text: string, bytes: number) => Buffer.byteLength(text) <= bytes;

const cut = (text: string) => ({
  cut: true,
  bytes: Buffer.byteLength(text),
  beginning: text.slice(0, beginningLength),
});

/** In text that JSON.stringify made: an escape, itself not escaped, of NUL or of half a surrogate pair. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

const storableJson = (value: unknown): string => JSON.stringify(value).replace(unstorable, "$1\uFFFD");
