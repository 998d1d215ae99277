import { classifyProfile } from "./icc.ts";

/** Puts together a profile that is spread over APP2 segments (ICC.1:2022 B.4): number, count, then bytes. */
export class IccChunks {
  readonly #chunks: (Buffer | undefined)[] = [];
  #count = 0;
  #isBroken = false;

  /** `chunk` is what follows the segment's identifier; its bytes are not copied. */
  add(chunk: Buffer): void {
    const number = chunk.readUInt8(0);
    const count = chunk.readUInt8(1);
    const isRepeated = this.#chunks[number] !== undefined || (this.#count !== 0 && this.#count !== count);
    if (isRepeated || number < 1 || number > count) this.#isBroken = true;
    this.#count = count;
    this.#chunks[number] = chunk.subarray(2);
  }

  /** `none` also where a chunk is missing or repeated: decoders ignore such a profile. */
  classify(): "none" | "srgb" | "other" {
    if (this.#isBroken || this.#count === 0) return "none";
    const chunks: Buffer[] = [];
    for (let number = 1; number <= this.#count; number++) {
      const chunk = this.#chunks[number];
      if (chunk === undefined) return "none";
      chunks.push(chunk);
    }
    return classifyProfile(Buffer.concat(chunks)) ?? "none";
  }
}
