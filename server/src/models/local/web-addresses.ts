import type { Found } from "./phone-numbers.ts";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const email = new RegExp(
  `(?<![\\w.+-])[a-z0-9][\\w.%+-]{0,63}@(?:${label}\\.)+[a-z]{2,24}(?![\\w@-])`,
  "giu",
);

const path = "(?:/[\\w\\-./~%?=&#+]*)?";
const announced = `(?:https?://(?:www\\.)?|www\\.)(?:${label}\\.)+[a-z]{2,24}${path}`;
/**
 * Endings under which an address is one without `www.`. Those that are words as well (`it`, `in`, `is`, `at`, `me`) are
 * left out: a sentence whose space was not recognised would be an address.
 */
const endings =
  "com|net|org|info|biz|shop|store|online|cafe|restaurant|bar|eu|de|fr|nl|ch|pl|es|pt|ie|dk|se|ca|jp|br|mx|cz|(?:co|org)\\.uk|com\\.au|co\\.nz|co\\.za|co\\.in|com\\.br|example";
const plain = `(?:${label}\\.)+(?:${endings})${path}`;
const web = new RegExp(`(?<![\\w@.-])(?:${announced}|${plain})(?![\\w@-])`, "giu");

/** E-mail addresses of a line of text, as they are written. */
export const emailAddresses = (line: string): Found[] => found(line, email);

/** Web addresses of a line of text, as they are written. The caller has taken e-mail addresses out. */
export const webAddresses = (line: string): Found[] =>
  found(line, web)
    .map(({ at, text }) => ({ at, text: text.replace(/[./?&#-]+$/, "") }))
    .filter(({ text }) => isWritten(text));

/** `shop.com` and `SHOP.COM` are addresses; in `today.Com` a space is missing. */
function isWritten(text: string): boolean {
  if (/^(?:https?:|www\.)/i.test(text)) return true;
  const ending = text.split("/")[0]?.split(".").at(-1) ?? "";
  return ending === ending.toLowerCase() || text === text.toUpperCase();
}

const found = (line: string, pattern: RegExp): Found[] =>
  [...line.matchAll(pattern)].map((match) => ({ at: match.index, text: match[0] }));
