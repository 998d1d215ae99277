import { createBreaker } from "./breaker.ts";
import { createOriginQueue, type OriginQueue } from "./origin-queue.ts";
import { createTokenBucket } from "./token-bucket.ts";
import type { Turn } from "./turn.ts";

export interface OriginSettings {
  /** Requests under way at one origin. Below the engine's own, or one slow origin takes all of its places. */
  readonly concurrency: number;
  /** Requests begun a second at one origin, evenly but for a small burst; null for no bound. */
  readonly perSecond: number | null;
  /** An origin that keeps failing parks its rows for so long, in milliseconds; then they fail. */
  readonly patienceMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1): spreads the times at which origins are tried again. */
  readonly random?: () => number;
  /** Calls `work` in so many milliseconds; returns what takes that back. */
  readonly schedule?: (ms: number, work: () => void) => () => void;
}

/** What is asked of each origin (scheme, host and port) by this process. */
export interface Origins {
  /**
   * Asks for a turn, and waits for it where that takes a moment only.
   *
   * @param origin any name for what is to be spared together, such as `URL.origin`
   * @throws the signal's reason, when it is aborted first
   */
  enter(origin: string, signal: AbortSignal): Promise<Turn>;
  /** Parks everybody who waits, and from now on everybody who comes. Requests under way are their owners' matter. */
  close(): void;
  /** For metrics. `known` counts the origins remembered; `open` those that rest, `givenUp` those that fail their rows. */
  state(): {
    readonly known: number;
    readonly running: number;
    readonly waiting: number;
    readonly open: number;
    readonly givenUp: number;
  };
}

/** Origins beyond this number are forgotten as soon as nothing is lost by it. */
const kept = 1_000;
/** Each newcomer has so many of the oldest looked at, so that forgetting keeps pace and costs next to nothing. */
const lookedAt = 2;

/** Bounds the traffic to each origin, and spares those that fail. */
export function createOrigins(settings: OriginSettings): Origins {
  const {
    concurrency,
    perSecond,
    patienceMs,
    now,
    random = Math.random,
    schedule = scheduleTimer,
  } = settings;
  const queues = new Map<string, OriginQueue>();
  let closed = false;

  function forgetSome(): void {
    let looked = 0;
    for (const [origin, queue] of queues) {
      if (++looked > lookedAt) break;
      queues.delete(origin);
      // One that is still needed goes to the end, or those behind it would never be looked at.
      if (!queue.idle()) queues.set(origin, queue);
    }
  }

  function queueOf(origin: string): OriginQueue {
    const known = queues.get(origin);
    if (known !== undefined) return known;
    if (queues.size >= kept) forgetSome();
    const queue = createOriginQueue({
      concurrency,
      bucket: createTokenBucket(perSecond),
      breaker: createBreaker({ patienceMs, now, random }),
      now,
      schedule,
    });
    queues.set(origin, queue);
    return queue;
  }

  return {
    async enter(origin, signal) {
      signal.throwIfAborted();
      if (closed) return { state: "parked", until: new Date(now()) };
      return queueOf(origin).enter(signal);
    },

    close() {
      closed = true;
      for (const queue of queues.values()) queue.park(new Date(now()));
    },

    state() {
      const sum = { known: queues.size, running: 0, waiting: 0, open: 0, givenUp: 0 };
      for (const queue of queues.values()) {
        const { running, waiting, breaker } = queue.state();
        sum.running += running;
        sum.waiting += waiting;
        if (breaker !== "closed") sum.open += 1;
        if (breaker === "given_up") sum.givenUp += 1;
      }
      return sum;
    },
  };
}

function scheduleTimer(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
