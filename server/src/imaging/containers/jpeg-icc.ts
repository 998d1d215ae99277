import { classifyProfile } from "./icc.ts";

/**
 * Puts together a profile that is spread over APP2 segments (ICC.1:2022 B.4): number, count, then bytes.
 *
 * As lenient as the decoder, which asks for no more than numbers from 1 on: a stricter reader would call a
 * picture untagged whose colours the decoder converts.
 */
export class IccChunks {
  readonly #chunks = new Map<number, Buffer>();

  /** `chunk` is what follows the segment's identifier; its bytes are not copied. Of two numbered alike the last counts. */
  add(chunk: Buffer): void {
    this.#chunks.set(chunk.readUInt8(0), chunk.subarray(2));
  }

  /** `none` where no segment has number 1 or the bytes are no profile. */
  classify(): "none" | "srgb" | "other" {
    const chunks: Buffer[] = [];
    for (let number = 1; ; number++) {
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) break;
      chunks.push(chunk);
    }
    return classifyProfile(Buffer.concat(chunks)) ?? "none";
  }
}
