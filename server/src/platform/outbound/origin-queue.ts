import type { Breaker } from "./breaker.ts";
import type { TokenBucket } from "./token-bucket.ts";
import type { Turn } from "./turn.ts";

export interface OriginQueueSettings {
  /** Requests under way at the same time. */
  readonly concurrency: number;
  readonly bucket: TokenBucket;
  readonly breaker: Breaker;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `work` in so many milliseconds; returns what takes that back. */
  readonly schedule: (ms: number, work: () => void) => () => void;
}

export interface OriginQueue {
  /**
   * @param signal not aborted yet
   * @throws its reason, when it is aborted first
   */
  enter(signal: AbortSignal): Promise<Turn>;
  /** Tells everybody who waits to come again at `until`. */
  park(until: Date): void;
  /** Whether it can be forgotten: nobody is inside, and a new one would know as much. */
  idle(): boolean;
  state(): {
    readonly running: number;
    readonly waiting: number;
    readonly breaker: "closed" | "open" | "given_up";
  };
}

interface Waiting {
  readonly deadline: number;
  readonly answer: (turn: Turn) => void;
}

/** Who would wait longer is parked at once: the place in the engine is worth more to the row of another origin. */
const longestExpectedWaitMs = 2_000;
/** Who was told to wait, wrongly, is parked after this time. */
const longestWaitMs = 4_000;
/** Bounds the memory of an origin that answers at once. */
const waitingPerSlot = 32;
/** Less would have the rows of a busy origin come and go without end. */
const shortestParkingMs = 1_000;
const longestParkingMs = 30_000;
/** How much one measurement moves the average duration of a request. */
const smoothing = 0.1;
const firstGuessMs = 250;

/** Lets requests to one origin begin in order of arrival, within its concurrency and rate, while its breaker is closed. */
export function createOriginQueue(settings: OriginQueueSettings): OriginQueue {
  const { concurrency, bucket, breaker, now, schedule } = settings;
  const queue: Waiting[] = [];
  let running = 0;
  let averageMs = firstGuessMs;
  /** When a slot was last taken or given back. */
  let movedAt = now();
  let timer: { readonly at: number; readonly cancel: () => void } | null = null;

  const mayBegin = () => running < concurrency && bucket.waitMs(0, now()) <= 0;

  function expectedWaitMs(): number {
    // The average lags: where nothing has moved for seconds, the requests under way hang.
    const forSlot =
      running < concurrency && queue.length === 0
        ? 0
        : Math.max(((queue.length + 1) / concurrency) * averageMs, now() - movedAt);
    return Math.max(forSlot, bucket.waitMs(queue.length, now()));
  }

  function begin(): Turn {
    const startedAt = now();
    const attempt = breaker.begin();
    bucket.take(startedAt);
    running += 1;
    movedAt = startedAt;
    let inside = true;
    return {
      state: "go",
      leave(how, retryAfter = null) {
        if (!inside) return;
        inside = false;
        running -= 1;
        movedAt = now();
        if (how !== "aborted") averageMs += (movedAt - startedAt - averageMs) * smoothing;
        breaker.end(attempt, how, retryAfter);
        moveUp();
      },
    };
  }

  const parked = (waitMs: number): Turn => ({
    state: "parked",
    until: new Date(now() + Math.min(Math.max(waitMs, shortestParkingMs), longestParkingMs)),
  });

  function answerAll(turn: Turn): void {
    for (const waiting of queue.splice(0)) waiting.answer(turn);
    rearm();
  }

  function moveUp(): void {
    const verdict = breaker.verdict();
    if (verdict.state === "parked" || verdict.state === "given_up") {
      answerAll(verdict);
      return;
    }
    while (mayBegin()) {
      const waiting = queue.shift();
      if (waiting === undefined) break;
      waiting.answer(begin());
    }
    rearm();
  }

  function wake(): void {
    timer = null;
    moveUp();
    for (let head = queue[0]; head !== undefined && head.deadline <= now(); head = queue[0]) {
      queue.shift();
      head.answer(parked(expectedWaitMs()));
    }
    rearm();
  }

  /** Keeps the one timer at the next moment at which something happens without anybody leaving. */
  function rearm(): void {
    const head = queue[0];
    const nextToken = running < concurrency ? now() + bucket.waitMs(0, now()) : Number.POSITIVE_INFINITY;
    const at = head === undefined ? null : Math.min(head.deadline, nextToken);
    if (timer?.at === at) return;
    timer?.cancel();
    timer = at === null ? null : { at, cancel: schedule(Math.max(1, Math.ceil(at - now())), wake) };
  }

  function wait(signal: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(signal.reason);
        rearm();
      };
      const waiting: Waiting = {
        deadline: now() + longestWaitMs,
        answer: (turn) => {
          signal.removeEventListener("abort", leave);
          resolve(turn);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(waiting);
      rearm();
    });
  }

  return {
    async enter(signal) {
      const verdict = breaker.verdict();
      if (verdict.state === "parked" || verdict.state === "given_up") return verdict;
      if (queue.length === 0 && mayBegin()) return begin();
      const waitMs = expectedWaitMs();
      // Who cannot be the probe at once is not kept: its result would be news to all who wait.
      const full = verdict.state === "half_open" || queue.length >= waitingPerSlot * concurrency;
      if (full || waitMs > longestExpectedWaitMs) return parked(waitMs);
      return wait(signal);
    },

    park: (until) => answerAll({ state: "parked", until }),

    idle: () => running === 0 && queue.length === 0 && bucket.full(now()) && breaker.forgettable(),

    state() {
      const verdict = breaker.verdict();
      const open = verdict.state === "parked" || verdict.state === "half_open";
      return {
        running,
        waiting: queue.length,
        breaker: verdict.state === "given_up" ? "given_up" : open ? "open" : "closed",
      };
    },
  };
}
