/** Of whole numbers, in lowest terms: 32:18 is 16:9. */
export interface AspectRatio {
  readonly wide: number;
  readonly high: number;
}

/** @returns null for what is no aspect ratio: two whole numbers above 0, such as `16:9` */
export function parseAspectRatio(text: string | null): AspectRatio | null {
  const [, wide, high] = /^\s*(\d{1,5})\s*:\s*(\d{1,5})\s*$/.exec(text ?? "") ?? [];
  const [one, other] = [Number(wide), Number(high)];
  return one > 0 && other > 0 ? inLowestTerms(one, other) : null;
}

/** How many times as wide as high; null for what is no aspect ratio. */
export function parseShape(text: string | null): number | null {
  const ratio = parseAspectRatio(text);
  return ratio && ratio.wide / ratio.high;
}

/** @param wide and `high`: whole numbers above 0 */
export function inLowestTerms(wide: number, high: number): AspectRatio {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(wide, high);
  return { wide: wide / common, high: high / common };
}
