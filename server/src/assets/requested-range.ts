import type { ByteRange } from "../platform/files/files.ts";

/**
 * What of a file a `Range` header asks for (RFC 9110, 14). Several ranges at once are answered with everything: nobody
 * needs parts of a picture that way, and overlapping ones are a known attack.
 *
 * @param size of the file, in bytes
 * @returns `unsatisfiable` also for what is no range
 */
export function requestedRange(header: string, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, ranges] = /^\s*bytes\s*=(.*)$/i.exec(header) ?? [];
  if (ranges === undefined || ranges.includes(",")) return "whole";
  const [, first, last] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(ranges) ?? [];
  if (first === undefined || last === undefined) return "unsatisfiable";
  if (first === "") {
    // The last bytes; none of them is no range, and neither is a dash alone.
    const length = Number(last);
    return length > 0 ? { start: Math.max(0, size - length), end: size - 1 } : "unsatisfiable";
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Number(last);
  return start < size && start <= end ? { start, end: Math.min(end, size - 1) } : "unsatisfiable";
}
