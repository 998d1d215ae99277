import { InvalidArgumentError } from "commander";

/** What stands below the options in the help of a command. */
export const examples = (lines: Readonly<Record<string, string>>): string =>
  `\nExamples:\n${Object.entries(lines)
    .map(([line, what]) => `  # ${what}\n  $ ${line}`)
    .join("\n")}\n`;

/** Reads a whole number of an option. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? `Expected a whole number from ${least}.`
        : `Expected a whole number from ${least} to ${most}.`,
    );
  };

/** Reads an amount of dollars, above 0. */
export function dollarsAbove0(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError("Expected dollars, such as 20 or 0.5.");
}

/** Reads `1024x768`. */
export function pixelSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)[x×](\d+)$/i.exec(text) ?? [];
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError("Expected pixels, such as 1024x768.");
}

/** Reads `16,32,256`. */
export function wholeNumbers(text: string): number[] {
  const one = wholeNumber(1);
  return text.split(",").map((each) => one(each.trim()));
}

/** Reads an id: it becomes a part of an address. */
export function readId(text: string): string {
  if (!/^\.{0,2}$/.test(text.trim())) return text.trim();
  throw new InvalidArgumentError("Expected an id, as `fovea batch list` shows them.");
}

/** Of an option that may be given more than once. */
export const several = (text: string, before: readonly string[] = []): string[] => [...before, text];
