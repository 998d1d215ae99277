import { MAX_CELL_CHARACTERS } from "./limits.ts";

const CUT_MARK = "… [cut]";

/** All that is below takes more than half of the time, and few texts need it. */
const NEEDS_CARE = /[&<>"\p{Cc}\p{Cs}\uFFFE\uFFFF]|_x/u;

/** Not even as a reference may these stand in XML 1.0. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** `_x000D_` is how a string of Office Open XML spells a character (ECMA-376, 22.9.2.19), so its underscore is spelled. */
const SPELLED_CHARACTER = /_(?=x[0-9A-Fa-f]{4}_)/g;

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // XML turns a bare CR into LF.
  "\r": "&#13;",
};

/**
 * Any text as XML, of an element or a quoted attribute. What XML cannot hold, control characters and halves of
 * surrogate pairs, becomes U+FFFD.
 */
export function xmlText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .toWellFormed()
    .replace(NOT_IN_XML, "\uFFFD")
    .replace(SPELLED_CHARACTER, "_x005F_")
    .replace(/[&<>"\r]/g, (character) => REFERENCES[character] ?? character);
}

/** Excel refuses longer cells, so the end is cut, visibly and never within a surrogate pair. */
export function cutToCell(text: string): string {
  if (text.length <= MAX_CELL_CHARACTERS) return text;
  const end = MAX_CELL_CHARACTERS - CUT_MARK.length;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(end));
  return text.slice(0, splitsPair ? end - 1 : end) + CUT_MARK;
}
