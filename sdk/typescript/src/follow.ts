import { delay, startTimer } from "./delay.ts";
import { ApiTimeoutError, FoveaError } from "./errors.ts";
import type { Events } from "./resources/events.ts";
import { mayPass } from "./retry.ts";

/** Says how something goes on. `live`: told by the service as it happened; else it was asked. */
export type OnProgress<State> = (state: State, how: { readonly live: boolean }) => void;

export interface WaitOptions<State> {
  readonly onProgress?: OnProgress<State> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it is given up with an `ApiTimeoutError`; the work itself goes on. Default: none. */
  readonly timeout?: number | undefined;
  /** Ask every now and then instead of following live events. */
  readonly polling?: boolean | undefined;
}

export interface Followed<State> {
  /** Of the live events: `batch/<id>`. */
  readonly topic: string;
  /** In what is told of it; undefined where an event does not tell the state. */
  readonly stateOf: (data: Readonly<Record<string, unknown>>) => State | undefined;
  /** Asks for the state, and where the service says it, after how many seconds to ask again. */
  readonly ask: (signal: AbortSignal | undefined) => PromiseLike<{ state: State; interval: number | null }>;
  readonly isOver: (state: State) => boolean;
}

/** Milliseconds. */
const usualTimes = {
  /** Between two questions, where the service does not say it. */
  firstInterval: 1_000,
  longestInterval: 5_000,
  /** A live stream that is not to be had is tried again after as long, then after twice as long. */
  firstPolling: 10_000,
  longestPolling: 120_000,
  /** A service that was there may restart, or be away for as long, without whoever waits for hours being told so. */
  longestOutage: 300_000,
};

/**
 * Waits for the end of something, by live events, and where there are none by asking: a proxy that holds events back, or a
 * network that breaks long connections, makes it slower and not wrong.
 *
 * @param times are others in tests
 * @returns the state at its end, asked for once more where events told of it
 */
export async function waitForEnd<State>(
  events: Events,
  { topic, stateOf, ask, isOver }: Followed<State>,
  options: WaitOptions<State>,
  times = usualTimes,
): Promise<State> {
  const { onProgress = () => {}, timeout, polling = false } = options;
  const overall = overallSignal(options.signal, timeout, topic);
  const { signal } = overall;
  let pollingMs = 0;
  /** Whether it was there at all, and since when it has not been. */
  let heard = false;
  let awaySince: number | undefined;
  try {
    for (;;) {
      if (polling) pollingMs = Number.POSITIVE_INFINITY;
      else if (await endWasTold()) pollingMs = 0;
      else pollingMs = Math.min(times.longestPolling, Math.max(times.firstPolling, pollingMs * 2));
      // What has ended may have been begun again since it was told, so it is asked in any case.
      const end = await poll(pollingMs);
      if (end) return end.state;
    }
  } finally {
    overall.end();
  }

  async function endWasTold(): Promise<boolean> {
    try {
      for await (const { event, data } of events.once([topic], { signal, maxRetries: 0 })) {
        hear();
        pollingMs = 0;
        // Nothing more is told of it, and the question is answered with what it is now: not found.
        if (event.endsWith("_deleted")) return true;
        const state = stateOf(data);
        if (state === undefined) continue;
        onProgress(state, { live: true });
        if (isOver(state)) return true;
      }
    } catch (error) {
      // Whoever may not ask, or asks for what there is not, is told so by the question itself.
      if (!(error instanceof FoveaError)) throw error;
    }
    return false;
  }

  async function poll(forMs: number): Promise<{ state: State } | undefined> {
    const until = performance.now() + forMs;
    let intervalMs = times.firstInterval;
    do {
      const answer = await askPatiently();
      if (answer) {
        const over = isOver(answer.state);
        // Of an end that was told live it is not told twice.
        if (!over || forMs > 0) onProgress(answer.state, { live: false });
        if (over) return answer;
      }
      // Nothing and 0 are no interval: nobody is asked without a pause.
      await delay(answer?.interval ? answer.interval * 1000 : intervalMs, signal);
      intervalMs = Math.min(times.longestInterval, intervalMs * 1.5);
    } while (performance.now() < until);
    return undefined;
  }

  async function askPatiently() {
    try {
      const answer = await ask(signal);
      hear();
      return answer;
    } catch (error) {
      awaySince ??= performance.now();
      if (!mayPass(error) || !heard || performance.now() - awaySince > times.longestOutage) throw error;
      return undefined;
    }
  }

  function hear() {
    heard = true;
    awaySince = undefined;
  }
}

/** The caller's signal, and that the time is over. */
function overallSignal(signal: AbortSignal | undefined, timeout: number | undefined, topic: string) {
  if (timeout === undefined) return { signal, end: () => {} };
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const timer = startTimer(timeout, () => {
    const sentence = `${topic} has not ended within ${timeout / 1000} s. It goes on: wait for it again, or ask for its state.`;
    controller.abort(new ApiTimeoutError(sentence));
  });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}
