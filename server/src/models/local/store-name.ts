import { contactsOf } from "./contact.ts";
import type { GreyPicture } from "./readable-picture.ts";
import { isNotice, namesTrade } from "./sign-words.ts";
import { characterCount, type TextLine } from "./text-lines.ts";

/** Menus and pages have headings too; a sign has little to read. */
const mostLines = 12;
const mostWords = 40;
/** A name is lettered at least this high, as a share of the picture's shorter side. */
const leastHeight = 0.025;
/** How much higher than any other line; a second line as high leaves open which of them is the name. */
const leastLead = 1.15;
const leastConfidence = 88;

/**
 * The line that is surely the name on a shop's sign: few lines in all, the highest lettering among them, read whole and
 * with confidence, no notice, contact, price or time, and somewhere in the picture a word for a trade.
 *
 * Without such a word, a title, a street's name or a person's card looks the same: then there is none, as there is none
 * wherever a rule is not met.
 */
export function storeNameLine(
  lines: readonly TextLine[],
  picture: Pick<GreyPicture, "width" | "height">,
): TextLine | null {
  const words = lines.reduce((sum, { text }) => sum + text.split(" ").length, 0);
  if (lines.length > mostLines || words > mostWords) return null;
  if (!lines.some(({ text }) => namesTrade(text))) return null;
  const [highest, ...others] = lines
    .filter(({ text }) => !isNotice(text) && contactsOf(text).length === 0)
    .toSorted((one, other) => other.letterHeight - one.letterHeight);
  if (!highest || !isName(highest)) return null;
  if (highest.letterHeight < leastHeight * Math.min(picture.width, picture.height)) return null;
  const leads = others.every((other) => highest.letterHeight >= leastLead * other.letterHeight);
  return leads ? highest : null;
}

/** A name as it is given to people: without the ornaments that were read as marks around it. */
export const nameOf = ({ text }: TextLine): string =>
  text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.!)]+$/gu, "");

function isName(line: TextLine): boolean {
  const name = nameOf(line);
  const letters = name.match(/\p{L}/gu)?.length ?? 0;
  return (
    line.whole &&
    line.confidence >= leastConfidence &&
    letters >= 3 &&
    letters >= 0.75 * characterCount(name) &&
    name.length <= 40 &&
    name.split(" ").length <= 5 &&
    // Marks in the middle of a name are marks that OCR took for something else.
    /^[\p{L}\p{N} &'’.,+!-]+$/u.test(name)
  );
}
