export interface QualitySearch<Made> {
  /** 1 to 100, both included. */
  readonly floor: number;
  readonly ceiling: number;
  /** Where to begin; brought into bounds. */
  readonly start: number;
  /** The value sought; values rise with quality. */
  readonly goal: number;
  /** `least`: the lowest quality that reaches the goal. `most`: the highest that does not exceed it. */
  readonly wanted: "least" | "most";
  /** A value this far on the right side of the goal ends the search. */
  readonly tolerance: number;
  /** By how much the value rises with a step of quality in the average picture. */
  readonly slope: number;
  readonly maxAttempts: number;
  /** Null where nothing of this quality can be made: less is tried then. */
  readonly make: (quality: number) => Promise<Valued<Made> | null>;
}

interface Valued<Made> {
  readonly made: Made;
  readonly value: number;
}

export interface Found<Made> extends Valued<Made> {
  readonly quality: number;
  /** Whether it is on the right side of the goal; if not, it is the nearest to it that was made. */
  readonly reached: boolean;
}

/** How much steeper or flatter than the average a picture's own slope is believed to be. */
const slopeTrust = 3;

/**
 * Finds a quality by what comes out of it, in few attempts: along the average picture's slope first, then along this
 * picture's own. Where the last attempt is left and none has reached the goal, it goes to the end of the scale that
 * should.
 */
export async function searchQuality<Made>(search: QualitySearch<Made>): Promise<Found<Made> | null> {
  const { wanted, goal, tolerance, maxAttempts } = search;
  const aim = goal + (wanted === "least" ? tolerance : -tolerance) / 2;
  const tried: Found<Made>[] = [];
  let low = search.floor;
  let high = search.ceiling;
  let next = search.start;
  for (let attempt = 1; attempt <= maxAttempts && low <= high; attempt += 1) {
    const best = bestOf(tried, wanted);
    if (attempt === maxAttempts && attempt > 1 && !best?.reached) next = wanted === "least" ? high : low;
    const quality = Math.min(high, Math.max(low, Math.round(next)));
    const made = await search.make(quality);
    if (made === null) {
      high = quality - 1;
      next = (low + high) / 2;
      continue;
    }
    const { value } = made;
    const reached = wanted === "least" ? value >= goal : value <= goal;
    tried.push({ ...made, quality, reached });
    if (reached && Math.abs(value - goal) <= tolerance) break;
    if (value >= goal) high = quality - 1;
    if (value <= goal) low = quality + 1;
    next = predicted(tried, aim, search.slope);
  }
  return bestOf(tried, wanted);
}

/** Of those that reach the goal the nearest to it in quality, and where none does, the nearest in value. */
function bestOf<Made>(tried: readonly Found<Made>[], wanted: "least" | "most"): Found<Made> | null {
  const sign = wanted === "least" ? 1 : -1;
  const [best = null] = tried.toSorted((one, other) => {
    if (one.reached !== other.reached) return one.reached ? -1 : 1;
    return one.reached ? sign * (one.quality - other.quality) : sign * (other.value - one.value);
  });
  return best;
}

/** Between the nearest on both sides, or on from the last along the slope of the last two. */
function predicted(tried: readonly Found<unknown>[], aim: number, usualSlope: number): number {
  const byValue = tried.toSorted((one, other) => one.value - other.value);
  const below = byValue.findLast(({ value }) => value <= aim);
  const above = byValue.find(({ value }) => value > aim);
  if (below && above) {
    const share = (aim - below.value) / (above.value - below.value);
    return below.quality + share * (above.quality - below.quality);
  }
  const [last, before] = tried.slice(-2).toReversed();
  if (!last) return 0;
  const slope = before ? (last.value - before.value) / (last.quality - before.quality) : usualSlope;
  const believed = Math.min(usualSlope * slopeTrust, Math.max(usualSlope / slopeTrust, slope));
  return last.quality + (aim - last.value) / believed;
}
