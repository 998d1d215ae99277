import { createHash, timingSafeEqual } from "node:crypto";

export const sha256 = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();

/**
 * A set of literal credentials, asked in constant time: digests have one length, and every one is compared,
 * so neither the length, nor the place of the first wrong character, nor the position in the list can be timed.
 * An empty string is never a member: a variable set to nothing must not let an empty header in.
 */
export function createLiterals(accepted: readonly string[]): { has(presented: string): boolean } {
  const digests = accepted.filter((literal) => literal !== "").map(sha256);
  return {
    has(presented) {
      const digest = sha256(presented);
      let found = false;
      for (const candidate of digests) found = timingSafeEqual(candidate, digest) || found;
      return found;
    },
  };
}
