import type { Box } from "./ocr-messages.ts";
import { characterCount, type TextLine } from "./text-lines.ts";

/** Boxes that share this much of the smaller one show the same letters. */
const sameLetters = 0.3;

/**
 * Adds the lines of a second look to those of a first, both in pixels of the same picture. Where both read the same
 * place, the one with more letters stays, the first when they are alike.
 */
export function mergeLines(first: readonly TextLine[], second: readonly TextLine[]): TextLine[] {
  let merged = [...first];
  for (const line of second) {
    const rivals = merged.filter((other) => overlap(line.box, other.box) >= sameLetters);
    const rivalCharacters = rivals.reduce((sum, { text }) => sum + characterCount(text), 0);
    if (characterCount(line.text) <= rivalCharacters) continue;
    merged = inserted(
      merged.filter((other) => !rivals.includes(other)),
      line,
    );
  }
  return merged;
}

/** The same line in a picture that is so many times larger. */
export const scaled = (line: TextLine, factor: number): TextLine => ({
  ...line,
  letterHeight: line.letterHeight * factor,
  box: {
    left: line.box.left * factor,
    top: line.box.top * factor,
    right: line.box.right * factor,
    bottom: line.box.bottom * factor,
  },
});

/** Before the first line that begins below its middle: columns stay in the order in which they were found. */
function inserted(lines: readonly TextLine[], line: TextLine): TextLine[] {
  const middle = (line.box.top + line.box.bottom) / 2;
  const below = lines.findIndex((other) => other.box.top > middle);
  return lines.toSpliced(below < 0 ? lines.length : below, 0, line);
}

/** Share of the smaller box that both cover. */
function overlap(one: Box, other: Box): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.max(1, Math.min(area(one), area(other)));
}

const area = (box: Box) => (box.right - box.left) * (box.bottom - box.top);
