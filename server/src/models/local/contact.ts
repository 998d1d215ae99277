import { type Found, phoneNumbers } from "./phone-numbers.ts";
import { emailAddresses, webAddresses } from "./web-addresses.ts";

/**
 * Telephone numbers, e-mail and web addresses of recognised lines, in reading order, each once, joined by `, `.
 *
 * @returns null where there are none
 */
export function businessContact(lines: readonly string[]): string | null {
  const contacts = new Map<string, string>();
  for (const line of lines) {
    for (const { text } of contactsOf(line)) {
      const key = text.includes(".") && /[a-z]/i.test(text) ? text.toLowerCase() : text.replace(/\D/g, "");
      if (!contacts.has(key)) contacts.set(key, text);
    }
  }
  return contacts.size === 0 ? null : [...contacts.values()].join(", ");
}

/** The contacts of one line, in the order in which they are written. */
export function contactsOf(line: string): Found[] {
  // Typographic dashes are what OCR makes of a wide hyphen.
  const text = line.replace(/[‐‑‒–—−]/g, "-");
  const emails = emailAddresses(text);
  const withoutEmails = blank(text, emails);
  const addresses = webAddresses(withoutEmails);
  const numbers = phoneNumbers(blank(withoutEmails, addresses));
  return [...emails, ...addresses, ...numbers].sort((one, other) => one.at - other.at);
}

/** Takes out what was found, so that nothing is found twice; what is left keeps its place. */
const blank = (text: string, parts: readonly Found[]) =>
  parts.reduce(
    (rest, { at, text: part }) => rest.slice(0, at) + "|".repeat(part.length) + rest.slice(at + part.length),
    text,
  );
