import type { TextLine } from "./text-lines.ts";

const mostCharacters = 4_000;

/** The lines as one text, a line each, cut at 4 000 characters; null where there are none. */
export function textContent(lines: readonly TextLine[]): string | null {
  const text = lines.map((line) => line.text).join("\n");
  // By code points: half of a surrogate pair is not text, and no database takes it.
  const cut = text.length > mostCharacters ? [...text].slice(0, mostCharacters).join("") : text;
  return cut.trim() || null;
}
