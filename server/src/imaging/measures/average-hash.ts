import type { RawPixels } from "../pixels.ts";
import { toGrey } from "./grey.ts";
import { hexOfBits } from "./hash-bits.ts";
import { boxAverage } from "./resample.ts";

/**
 * 64-bit average hash as 16 hex digits: the grey picture averaged to 8×8, one bit for each cell that is lighter than
 * the mean of all, row by row, the first cell in the highest bit. A picture of one colour is all zeros.
 *
 * Bits and rounding are those of the `average_hash` that is common elsewhere, so stored hashes compare with
 * `hammingDistance`; two pictures may differ by the resampling, by a bit or two.
 */
export function averageHash(pixels: RawPixels): string {
  const cells = boxAverage(toGrey(pixels), 8, 8).data;
  let sum = 0;
  for (const cell of cells) sum += cell;
  // In whole numbers, so that a flat picture cannot be "lighter than its mean" by a rounding error.
  return hexOfBits((index) => (cells[index] ?? 0) * 64 > sum);
}
