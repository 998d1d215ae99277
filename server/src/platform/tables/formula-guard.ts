/**
 * What a spreadsheet takes for the beginning of a formula. Numbers and Sheets read the full-width forms like the
 * others; Excel and LibreOffice, depending on their settings, drop blanks and characters without a shape before them.
 * A tab or a line end at the beginning is on OWASP's list by itself.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const BEGINS_A_FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u;

/**
 * Where Excel's list separator is `;`, as in most of Europe, it does not see the quotes that begin after a comma:
 * a `;` or a line end within a cell then ends it, and what follows begins another. LibreOffice proposes tabs, too.
 * The sign is optional, so that every run of separators and blanks matches as a whole: a long one that no sign follows
 * is then read once, and not again from each of its places.
 */
const SEPARATORS_AND_SIGN = /([;\t\r\n][\s";\p{Cc}\p{Cf}]*)([=+\-@＝＋－＠]?)/gu;

export const beginsFormula = (text: string) => BEGINS_A_FORMULA.test(text);

/** The text with an apostrophe wherever a spreadsheet that opens it as CSV would begin a formula. */
export function withoutFormula(text: string): string {
  const within = text.replace(SEPARATORS_AND_SIGN, (run, separators: string, sign: string) =>
    sign === "" ? run : `${separators}'${sign}`,
  );
  return beginsFormula(text) ? `'${within}` : within;
}
