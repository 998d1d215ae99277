/** How fast something goes, by the last half minute: the beginning of a long run says little of its end. */
export interface Pace {
  /**
   * @param done how much is done now
   * @returns a second; null as long as nothing can be said
   */
  at(done: number): number | null;
}

const windowMs = 30_000;
const leastMs = 500;

/** @param now milliseconds on a clock that never jumps */
export function createPace(now: () => number): Pace {
  const seen: { readonly at: number; readonly done: number }[] = [];
  return {
    at(done) {
      const at = now();
      seen.push({ at, done });
      while (seen.length > 2 && at - (seen[1]?.at ?? at) >= windowMs) seen.shift();
      const first = seen[0];
      if (!first || at - first.at < leastMs || done <= first.done) return null;
      return ((done - first.done) * 1000) / (at - first.at);
    },
  };
}
