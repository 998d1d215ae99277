import { type Breaker, createBreaker, type Ending } from "../outbound/breaker.ts";

export interface LaneSettings {
  /** Attempts under way in this process. */
  readonly slots: number;
  /** Of them at one receiver. */
  readonly perReceiver: number;
  /** Milliseconds since any time. */
  readonly now: () => number;
  /** How much longer receivers rest than the breaker has it. 1. */
  readonly slowness?: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** So many deliveries of one receiver may be claimed. */
export interface Want {
  readonly origin: string;
  readonly limit: number;
}

/** An attempt that is under way. */
export interface Turn {
  /**
   * To be called once, when it is over.
   *
   * @param retryAfterMs the receiver wants to be spared for so long
   */
  leave(how: Ending, delivered: boolean, retryAfterMs?: number): void;
}

/** Which receivers are asked next, of those that may have something due. */
export interface Lanes {
  /** The receiver may have deliveries that are due. */
  wake(origin: string): void;
  /** What to claim now; the slots are taken until {@link Lanes.claimed}. */
  take(): readonly Want[];
  /** So many were there, and are under way from now on. @returns a turn for each */
  claimed(want: Want, count: number): readonly Turn[];
  /** Looks which receivers have rested long enough, and forgets those that nothing is known of. */
  tick(): void;
  state(): {
    readonly known: number;
    readonly running: number;
    readonly resting: number;
  };
}

interface Lane {
  readonly origin: string;
  readonly breaker: Breaker;
  due: boolean;
  claiming: number;
  running: number;
  limit: number;
  /** Whether its last answer was a success. */
  proven: boolean;
}

/** A receiver of which nothing is known. */
const firstLimit = 2;
/** Receivers beyond this number are forgotten when they have nothing to do. */
const kept = 1_000;
/** A receiver has at most this share of the slots that are free, so that those who fill theirs leave some to others. */
const shareOfFree = 1 / 8;

/**
 * A lane for each receiver (scheme, host and port), so that those who do not answer wait for themselves only. What
 * hangs, hangs for all of the timeout; so a slot is given by what is known:
 *
 * - a receiver starts with two, has one more after each success, and half of them after each failure;
 * - after five failures in a row its breaker opens, and one probe at a time is all it gets;
 * - receivers whose last answer was no success share half of the slots, however many they are;
 * - those whose last was one leave an eighth to the others, so that nobody waits for ever to prove himself.
 */
export function createLanes(settings: LaneSettings): Lanes {
  const { slots, perReceiver, random, slowness = 1 } = settings;
  const begunAt = settings.now();
  /** From zero, because a Date has no room for today's where the slowness is very small. */
  const now = () => (settings.now() - begunAt) / slowness;
  const lanes = new Map<string, Lane>();
  const ready = { proven: new Set<Lane>(), unproven: new Set<Lane>() };
  const resting = new Set<Lane>();
  const mostOf = { proven: slots - Math.floor(slots / 8), unproven: Math.max(1, Math.floor(slots / 2)) };
  const used = { proven: 0, unproven: 0 };

  const groupOf = ({ proven }: Lane) => (proven ? "proven" : "unproven");
  const occupied = ({ claiming, running }: Lane) => claiming + running;

  /** How many it may have under way at most, for the moment. */
  function limitOf(lane: Lane): number {
    const verdict = lane.breaker.verdict().state;
    if (verdict === "half_open") return 1;
    return verdict === "closed" ? lane.limit : 0;
  }

  /** Puts it where it belongs. At its end: whoever was just served comes last. */
  function place(lane: Lane): void {
    ready.proven.delete(lane);
    ready.unproven.delete(lane);
    resting.delete(lane);
    if (!lane.due || lane.claiming > 0) return;
    const limit = limitOf(lane);
    if (limit === 0) resting.add(lane);
    else if (lane.running < limit) ready[groupOf(lane)].add(lane);
  }

  function laneOf(origin: string): Lane {
    const known = lanes.get(origin);
    if (known !== undefined) return known;
    const lane: Lane = {
      origin,
      // Nothing is given up here: every delivery has its own last attempt.
      breaker: createBreaker({ patienceMs: Number.POSITIVE_INFINITY, now, random }),
      due: false,
      claiming: 0,
      running: 0,
      limit: Math.min(firstLimit, perReceiver),
      proven: false,
    };
    lanes.set(origin, lane);
    return lane;
  }

  /** Changes what it occupies, or what is known of it, and keeps the sums. */
  function change(lane: Lane, work: () => void): void {
    used[groupOf(lane)] -= occupied(lane);
    work();
    used[groupOf(lane)] += occupied(lane);
    place(lane);
  }

  function begin(lane: Lane): Turn {
    const attempt = lane.breaker.begin();
    return {
      leave(how, delivered, retryAfterMs = 0) {
        change(lane, () => {
          lane.running -= 1;
          const retryAfter = retryAfterMs > 0 ? new Date(now() + retryAfterMs / slowness) : null;
          lane.breaker.end(attempt, how, retryAfter);
          if (how === "aborted") return;
          lane.proven = delivered;
          lane.limit = delivered ? Math.min(lane.limit + 1, perReceiver) : Math.max(lane.limit >> 1, 1);
        });
      },
    };
  }

  function* takeFrom(group: "proven" | "unproven"): Generator<Want> {
    for (const lane of ready[group]) {
      const free = slots - used.proven - used.unproven;
      const left = Math.min(free, mostOf[group] - used[group]);
      if (left <= 0) return;
      const share = Math.max(1, Math.floor(free * shareOfFree));
      const limit = Math.min(left, Math.min(limitOf(lane), share) - lane.running);
      if (limit <= 0) continue;
      change(lane, () => {
        lane.due = false;
        lane.claiming = limit;
      });
      yield { origin: lane.origin, limit };
    }
  }

  return {
    wake(origin) {
      const lane = laneOf(origin);
      if (lane.due) return;
      lane.due = true;
      place(lane);
    },

    take: () => [...takeFrom("proven"), ...takeFrom("unproven")],

    claimed({ origin, limit }, count) {
      const lane = laneOf(origin);
      change(lane, () => {
        lane.claiming = 0;
        lane.running += count;
        // As many as were asked for: there may be more.
        if (count === limit) lane.due = true;
      });
      return Array.from({ length: count }, () => begin(lane));
    },

    tick() {
      for (const lane of [...resting]) place(lane);
      if (lanes.size <= kept) return;
      for (const lane of lanes.values()) {
        if (!lane.due && occupied(lane) === 0 && lane.breaker.forgettable()) lanes.delete(lane.origin);
      }
    },

    state: () => ({
      known: lanes.size,
      running: used.proven + used.unproven,
      resting: resting.size,
    }),
  };
}
