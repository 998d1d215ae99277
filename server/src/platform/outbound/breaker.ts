import { backoffMs } from "../jobs/backoff.ts";

const failuresToOpen = 5;
const openTimes = { baseMs: 5_000, maxMs: 60_000 };
/** What an origin may ask for by `Retry-After`: more is a mistake, or an attempt to hold the batch. */
const longestRetryAfterMs = 3_600_000;
/** Those who come during a probe come again about when it has its answer. */
const probeMs = 1_000;
/** Failures that are further apart are not one outage. */
const failuresLapseMs = 120_000;
/** An outage that nobody looked at for so long after the time for a probe is over, for all we know. */
const outageLapsesMs = 600_000;

/** What who comes now is told. At `half_open` exactly one may begin: the probe. */
type Verdict =
  | { readonly state: "closed" | "half_open" }
  | { readonly state: "parked"; readonly until: Date }
  | { readonly state: "given_up"; readonly message: string };

/** One request, from where the breaker sees it. */
interface Attempt {
  readonly generation: number;
}

/** How a request ended: with any answer of a working origin, without one, or without telling anything of the origin. */
export type Ending = "answered" | "unreachable" | "aborted";

export interface Breaker {
  verdict(): Verdict;
  /** To be called when the verdict is `closed` or `half_open`, for each request that begins. */
  begin(): Attempt;
  /** @param retryAfter when the origin wants to be asked again, if it said so */
  end(attempt: Attempt, how: Ending, retryAfter: Date | null): void;
  /** Whether nothing is remembered that a new breaker would not know. */
  forgettable(): boolean;
}

export interface BreakerSettings {
  /** How long an origin may fail before its rows fail, in milliseconds. */
  readonly patienceMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

type State =
  | { readonly state: "closed"; readonly failures: number; readonly since: number; readonly lastAt: number }
  | {
      readonly state: "open";
      /** When the first request of this outage failed. */
      readonly since: number;
      readonly until: number;
      readonly failedProbes: number;
      readonly probing: boolean;
      readonly givenUp: boolean;
    };

const healthy: State = { state: "closed", failures: 0, since: 0, lastAt: Number.NEGATIVE_INFINITY };

/**
 * A circuit breaker: closed until five requests in a row failed, then open for 5, 10, 20 … at most 60 seconds, or as
 * long as the origin asked for, then half-open for one probe. Any answer closes it.
 *
 * An origin is given up by a failure longer than the patience after the first of the outage, and not by time alone:
 * after a long `Retry-After`, or when a batch comes back from a pause, its rows wait for what the probe finds instead
 * of failing while it is under way.
 */
export function createBreaker({ patienceMs, now, random }: BreakerSettings): Breaker {
  let state: State = healthy;
  /** Counts the openings: a request of before the last one says nothing of now by failing, but much by an answer. */
  let generation = 0;

  const lapsed = () =>
    state.state === "closed"
      ? now() - state.lastAt > failuresLapseMs
      : !state.probing && now() - state.until > outageLapsesMs;

  function open(since: number, failedProbes: number, retryAfter: Date | null): void {
    const pauseMs = backoffMs(failedProbes, openTimes, random());
    // `||`: an invalid date would otherwise make a time that never comes.
    const askedMs = Math.min((retryAfter?.getTime() || 0) - now(), longestRetryAfterMs);
    generation += 1;
    state = {
      state: "open",
      since,
      until: now() + Math.max(pauseMs, askedMs),
      failedProbes,
      probing: false,
      givenUp: now() - since > patienceMs,
    };
  }

  function fail(retryAfter: Date | null): void {
    if (state.state === "open") {
      open(state.since, state.failedProbes + 1, retryAfter);
      return;
    }
    const { failures, since } = lapsed() ? { failures: 0, since: now() } : state;
    if (failures + 1 >= failuresToOpen) open(since, 0, retryAfter);
    else state = { state: "closed", failures: failures + 1, since, lastAt: now() };
  }

  return {
    verdict() {
      if (state.state === "closed" || lapsed()) return { state: "closed" };
      if (!state.probing && now() >= state.until) return { state: "half_open" };
      if (state.givenUp) return { state: "given_up", message: givenUpMessage(patienceMs) };
      return { state: "parked", until: new Date(state.probing ? now() + probeMs : state.until) };
    },

    begin() {
      if (state.state === "open") state = lapsed() ? healthy : { ...state, probing: true };
      return { generation };
    },

    end(attempt, how, retryAfter) {
      if (how === "answered") {
        state = healthy;
      } else if (attempt.generation === generation) {
        if (how === "unreachable") fail(retryAfter);
        else if (state.state === "open") state = { ...state, probing: false };
      }
    },

    forgettable: lapsed,
  };
}

function givenUpMessage(patienceMs: number): string {
  const minutes = Math.round(patienceMs / 60_000);
  const time = minutes >= 2 ? `${minutes} minutes` : `${Math.round(patienceMs / 1000)} seconds`;
  return `The server of this URL has failed for longer than ${time}; it is not asked again for now.`;
}
