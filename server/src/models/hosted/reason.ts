/** What must not be read in a reason. */
export interface Secrets {
  readonly apiKey: string | null;
  /** The instruction's text. */
  readonly instruction: string;
}

const longestReason = 240;

/** Providers quote what they refuse: a run of the instruction so long is no coincidence. */
const quotedCharacters = 24;

/**
 * What a provider says of a failure, as one line: without the key, without the instruction or a piece of the picture,
 * and never a page of HTML.
 *
 * @param said what stood in the answer; null where it held nothing that could be read
 * @param otherwise what is said when nothing of `said` can be shown
 */
export function plainReason(said: string | null, otherwise: string, secrets: Secrets): string {
  const line = (said ?? "")
    .slice(0, 4_000)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (line === "" || /^[<[{]|<\/?(?:html|body|head|script|p|div)\b/i.test(line)) return otherwise;
  const keyless = secrets.apiKey ? line.replaceAll(secrets.apiKey, "…") : line;
  const short = keyless.replace(/[^\s"']{40,}/g, shorter);
  if (quotes(short, secrets.instruction)) return otherwise;
  return short.length <= longestReason
    ? short.toWellFormed()
    : `${short.slice(0, longestReason - 1).toWellFormed()}…`;
}

/** "invalid x-api-key" → "Anthropic says: invalid x-api-key": what begins in lower case is no sentence by itself. */
export const attributed = (who: string, said: string): string =>
  /^\s*\p{Ll}/u.test(said) ? `${who} says: ${said.trimStart()}` : said;

/** Keys of others, hashes, base64: nothing that a person reads is so long without a space, but addresses. */
const shorter = (word: string) => (/^\W?https?:/.test(word) ? word.replace(/\?.*/, "?…") : "…");

function quotes(text: string, instruction: string): boolean {
  const words = instruction.replace(/\s+/gu, " ");
  for (let start = 0; start + quotedCharacters <= text.length; start += 1) {
    if (words.includes(text.slice(start, start + quotedCharacters))) return true;
  }
  return false;
}
