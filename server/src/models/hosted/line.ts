import type { Place } from "../contract.ts";
import type { Pace } from "../quotas/contract.ts";

/**
 * So far ahead of the quota pictures are fetched and prepared: longer than a slow fetch takes, so that no slot waits for
 * one, and short, since whoever is in the line holds a picture and a place among the rows under way. Milliseconds.
 */
const aheadMs = 20_000;
/** The one that is being asked about, and the next one. */
const leastPlaces = 2;
/** How soon to look again where nobody knows how long answers take, and at the latest. */
const unknownRestMs = 1_000;
const longestRestMs = 5 * 60_000;

export interface Line {
  enter(): Place | { readonly until: Date };
}

/** Bounds how many pictures wait for a quota. @param now milliseconds since 1970 */
export function createLine(pace: () => Pace, now: () => number): Line {
  let places = 0;
  /** When the last ones left, the latest at the end. */
  let left: number[] = [];

  const leave = () => {
    places -= 1;
    left.push(now());
  };
  /** Requests in the time ahead: by the limits, or where these allow more than can be under way, as many as there were. */
  const expected = (): number => {
    const { perMs, atOnce } = pace();
    const byLimits = perMs * aheadMs;
    if (atOnce === null) return byLimits;
    left = left.slice(left.findIndex((at) => at > now() - aheadMs));
    // Half as many again, so that whoever gets faster is given more.
    return Math.min(byLimits, Math.max(2 * atOnce, 1.5 * left.length));
  };

  return {
    enter() {
      const ahead = expected();
      const most = Math.max(leastPlaces, Math.ceil(ahead));
      if (places >= most) {
        const { atOnce } = pace();
        // Until half of those who are before have gone; who comes then is fetched while the others go.
        const restMs = (aheadMs * Math.ceil(most / 2)) / ahead;
        const isGuess = atOnce !== null && left.length < most / 2;
        return { until: new Date(now() + Math.min(restMs, isGuess ? unknownRestMs : longestRestMs)) };
      }
      places += 1;
      let isInside = true;
      return {
        leave() {
          if (isInside) leave();
          isInside = false;
        },
      };
    },
  };
}
