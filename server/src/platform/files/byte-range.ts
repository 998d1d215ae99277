import { rangeNotSatisfiable } from "./errors.ts";
import type { ByteRange } from "./files.ts";

/** Whether it can be asked for at all: a server ignores a range that makes no sense, and would send everything. */
export const isByteRange = ({ start, end }: ByteRange): boolean =>
  Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start;

/**
 * What of a file is read.
 *
 * @param size of the file, in bytes
 * @throws {AppError} `range_not_satisfiable`
 */
export function bytesToRead(range: ByteRange | undefined, size: number): { start: number; length: number } {
  if (range === undefined) return { start: 0, length: size };
  if (!isByteRange(range) || range.start >= size) throw rangeNotSatisfiable(size);
  return { start: range.start, length: Math.min(range.end, size - 1) - range.start + 1 };
}
