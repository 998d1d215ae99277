/** A piece of a line, and where it begins. */
export interface Found {
  readonly at: number;
  readonly text: string;
}

/** Digits with the marks that people put between them; never begun inside a word, a price or a longer number. */
const candidate =
  /(?<![\p{L}\p{N}@#№$€£¥.,:/-])(?<![$€£¥#№] )\+?\(?\d[\d ().\-/]{4,}\d(?![\p{L}\p{N}@]|[.,:]\d)/gu;

const telephone =
  /(?:^|[^\p{L}])(?:tel|telephone|telefon|phone|ph|mobile|mobil|mob|cell|call|t|m|p|☎|✆)\.?\s*(?:us|now|no\.?|nr\.?|number)?\s*[:.]*\s*$/iu;
/** A number after one of these is told to be something else. */
const otherwise =
  /(?:^|[^\p{L}])(?:fax|f|no|nr|num|number|id|vat|tax|tin|abn|gst|gstin|ust|iban|bic|account|acct|sku|ref|art|item|isbn|issn|ean|upc|hrb|order|invoice|receipt|reg|licen[cs]e|lot|model|serial|s\/n|p\/n|part|case|ticket|card)\.?\s*(?:no\.?|nr\.?|id)?\s*[:.#]*\s*$/iu;
const unit = /^\s?(?:%|€|\$|£|¥|°|(?:kg|g|mg|l|ml|km|m|cm|mm|eur|usd|gbp|kwh|px|mb|gb)\b)/i;

/** Day and month first, or year first, with the same mark twice. */
const date =
  /(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:\d{4}|\d{2})|(?:0?[1-9]|1[0-2])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:\d{4}|\d{2})|(?:19|20)\d\d([./-])\d{1,2}\3\d{1,2})(?![./-]?\d)/;
const hours = /(?<!\d)(?:[01]?\d|2[0-4])\.[0-5]\d ?- ?(?:[01]?\d|2[0-4])\.[0-5]\d(?!\d)/;

const northAmerican = /^(?:1[ .-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]\d{4}|[2-9]\d\d([ .-])[2-9]\d\d\1\d{4})$/;
const northAmericanLocal = /^[2-9]\d\d-\d{4}$/;
const indianMobile = /^[6-9]\d{4} \d{5}$/;

/**
 * Telephone numbers of a line of text, as they are written.
 *
 * International ones (E.164: `+` or `00`, 8 to 15 digits), national ones that begin with the trunk 0 and are written in
 * groups, North American ones, and whatever is labelled as one. A number that might as well be a date, a price, opening
 * hours or an identifier is none: a missing number costs less than a wrong one.
 */
export function phoneNumbers(line: string): Found[] {
  return [...line.matchAll(candidate)].flatMap((match) => {
    const before = line.slice(0, match.index);
    const after = line.slice(match.index + match[0].length);
    const labelled = telephone.test(before);
    if (unit.test(after) || (!labelled && otherwise.test(before))) return [];
    const alone = /^[^\p{L}\p{N}]*$/u.test(before + after);
    const whole = { at: match.index, text: balanced(match[0]) };
    return isPhoneNumber(whole.text, { labelled, alone }) ? [whole] : several(whole, labelled);
  });
}

/** Two numbers in one line: `030 1234567 / 030 7654321`. */
function several({ at, text }: Found, labelled: boolean): Found[] {
  const parts = [...text.matchAll(/(?:(?! [/-] ).)+/g)];
  if (parts.length < 2) return [];
  return parts
    .map((part) => ({ at: at + part.index, text: balanced(part[0].replace(/^ ?[/-] /, "").trim()) }))
    .filter((part) => isPhoneNumber(part.text, { labelled, alone: false }));
}

function isPhoneNumber(text: string, { labelled, alone }: { labelled: boolean; alone: boolean }): boolean {
  const digits = text.replace(/\D/g, "");
  if (new Set(digits).size === 1) return false;
  if (text.startsWith("+")) return digits.length >= 8 && digits.length <= 15;
  if (labelled) return digits.length >= 6 && digits.length <= 15;
  if (date.test(text) || hours.test(text)) return false;
  if (northAmerican.test(text) || indianMobile.test(text)) return true;
  if (alone && northAmericanLocal.test(text)) return true;
  if (digits.startsWith("00")) return /^00 ?[1-9]/.test(text) && digits.length >= 10 && digits.length <= 17;
  return isTrunkNumber(text, digits.length);
}

/** `030 1234567`, `(0171) 123-4567`, `01 23 45 67 89`: without a mark between them, such digits may be an ISBN. */
function isTrunkNumber(text: string, digits: number): boolean {
  const grouped = /^\(?0[1-9]\d*\)?[ ./-]+\d/.test(text);
  return grouped && digits >= 9 && digits <= 12;
}

/** Drops a bracket that was opened and not closed, or the reverse. */
function balanced(text: string): string {
  const open = text.split("(").length;
  const closed = text.split(")").length;
  return (open === closed ? text : text.replace(/[()]/g, "")).trim();
}
