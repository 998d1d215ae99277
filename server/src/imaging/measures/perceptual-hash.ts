import type { RawPixels } from "../pixels.ts";
import { toGrey } from "./grey.ts";
import { hexOfBits } from "./hash-bits.ts";
import { boxAverage } from "./resample.ts";

const side = 32;
const kept = 8;
/**
 * Coefficients under this are taken as zero. They are sums over 1 024 cells of 0 to 255, thousands in a picture with
 * anything in it; in a flat one they are rounding errors, whose signs would make a different hash each time.
 */
const negligible = 8;

/**
 * 64-bit perceptual hash as 16 hex digits: the grey picture averaged to 32×32, its discrete cosine transform, and one
 * bit for each of the 8×8 lowest frequencies that is above their median; row by row, the first in the highest bit.
 *
 * The median, not the mean: the mean is drawn by the constant term and costs precision (at distance 3 a published
 * comparison found 100 % against 7 %). Layout as the common 32-to-8 `phash` has it.
 */
export function perceptualHash(pixels: RawPixels): string {
  const low = lowFrequencies(boxAverage(toGrey(pixels), side, side).data);
  for (let index = 0; index < low.length; index += 1) {
    if (Math.abs(low[index] ?? 0) < negligible) low[index] = 0;
  }
  const sorted = low.toSorted();
  const middle = sorted.length / 2;
  const median = ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return hexOfBits((index) => (low[index] ?? 0) > median);
}

/**
 * The 8×8 lowest frequencies of the unnormalised two-dimensional DCT-II of 32×32 values, row by row.
 *
 * Separable, and only what is kept is computed: 10 240 multiplications instead of 65 536 for those 64 coefficients.
 */
export function lowFrequencies(values: ArrayLike<number>): Float64Array {
  const cosines = new Float64Array(kept * side);
  for (let frequency = 0; frequency < kept; frequency += 1) {
    for (let place = 0; place < side; place += 1) {
      cosines[frequency * side + place] = Math.cos((Math.PI * frequency * (2 * place + 1)) / (2 * side));
    }
  }
  const alongRows = new Float64Array(side * kept);
  for (let row = 0; row < side; row += 1) {
    for (let frequency = 0; frequency < kept; frequency += 1) {
      let sum = 0;
      for (let place = 0; place < side; place += 1) {
        sum += (values[row * side + place] ?? 0) * (cosines[frequency * side + place] ?? 0);
      }
      alongRows[row * kept + frequency] = sum;
    }
  }
  const result = new Float64Array(kept * kept);
  for (let vertical = 0; vertical < kept; vertical += 1) {
    for (let horizontal = 0; horizontal < kept; horizontal += 1) {
      let sum = 0;
      for (let row = 0; row < side; row += 1) {
        sum += (alongRows[row * kept + horizontal] ?? 0) * (cosines[vertical * side + row] ?? 0);
      }
      result[vertical * kept + horizontal] = sum;
    }
  }
  return result;
}

/**
 * Number of bits in which two 64-bit hashes differ, 0 to 64. Perceptual hashes of copies of one picture are rarely
 * more than 6 apart; those of unrelated pictures are about 32 apart.
 *
 * @param one 16 hex digits.
 * @param other 16 hex digits.
 */
export function hammingDistance(one: string, other: string): number {
  let different = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let distance = 0;
  for (; different > 0n; different &= different - 1n) distance += 1;
  return distance;
}
