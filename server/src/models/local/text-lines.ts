import type { Box, OcrLayout, OcrLine, OcrWord } from "./ocr-messages.ts";

/** A line that was surely read. */
export interface TextLine {
  readonly text: string;
  /** Mean over its characters, 0 to 100. */
  readonly confidence: number;
  /** Pixels of the picture that was read. */
  readonly box: Box;
  /** Height of its letters in the same pixels: the median of its words. */
  readonly letterHeight: number;
  /** False where words were left out because they were not surely read. */
  readonly whole: boolean;
}

/**
 * From which confidence a word, and a line, is believed, and how many letters and digits a line has at least.
 *
 * Measured on 29 photographs and photo-like pictures without text, 12 drawn signs and 43 screenshots, charts and
 * documents. The look at pages invented one line, at 78. The look for sparse letters saw up to 71 words in a photograph;
 * those from 80 on had at most two letters. Lines that people would call text are mostly at 95 or 96.
 */
const believed = {
  page: { word: 60, line: 80, characters: 2 },
  sparse: { word: 80, line: 85, characters: 3 },
} as const satisfies Record<OcrLayout, { word: number; line: number; characters: number }>;

/** What of the recognised lines is believed, in their order. */
export function textLines(lines: readonly OcrLine[], layout: OcrLayout): TextLine[] {
  return lines.flatMap((line) => textLine(line.words, layout) ?? []);
}

function textLine(words: readonly OcrWord[], layout: OcrLayout): TextLine | undefined {
  const least = believed[layout];
  const kept = words.filter((word) => word.confidence >= least.word);
  const text = normalised(kept.map((word) => word.text).join(" "));
  const characters = characterCount(text);
  const confidence = meanConfidence(kept);
  if (characters < least.characters || confidence < least.line) return undefined;
  return {
    text,
    confidence,
    box: boxAround(kept.map((word) => word.box)),
    letterHeight: median(kept.map(({ box }) => box.bottom - box.top)),
    whole: words.every((word) => word.confidence >= least.word || characterCount(word.text) === 0),
  };
}

/** Letters and digits. */
export const characterCount = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

const normalised = (text: string) => text.normalize("NFC").replace(/\s+/gu, " ").trim();

function meanConfidence(words: readonly OcrWord[]): number {
  const length = words.reduce((sum, word) => sum + word.text.length, 0);
  return words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / Math.max(1, length);
}

function boxAround(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
