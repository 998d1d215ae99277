import { setTimeout as delay } from "node:timers/promises";
import { ProviderError } from "../server/src/models/hosted/provider.ts";

export interface NaiveLoop {
  readonly keys: readonly string[];
  /** Requests a minute that this process allows itself with each key. */
  readonly perMinute: number;
  /** Pictures under way at a time. */
  readonly concurrency: number;
  readonly ask: (key: string) => Promise<unknown>;
  readonly halting: AbortSignal;
}

const retries = 5;
const firstDelayMs = 1_000;
const minuteMs = 60_000;

/**
 * What most people write around a provider's client, with p-limit and p-retry or by hand:
 *
 * - so many pictures at once, and no order among them;
 * - the keys in turn, past those whose minute is used up;
 * - for each key a counter of requests in this process. It starts anew with the first request after its minute is over,
 *   and with all of them full the loop sleeps until the first one does;
 * - whatever fails, a 429 as well as a 503, is tried again after 1, 2, 4, 8 and 16 s and up to as much again at random,
 *   with the next key, and holds its place meanwhile. What the provider says of a delay is not read. A picture that
 *   failed six times is given up.
 *
 * Processes know nothing of each other: whoever runs several gives each its part of the limit.
 *
 * @returns how many pictures were given up
 */
export async function runNaiveLoop(loop: NaiveLoop): Promise<number> {
  const { concurrency, ask, halting } = loop;
  const takeKey = createCounters(loop);
  let givenUp = 0;

  const askPatiently = async () => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await ask(await takeKey());
        return;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        if (attempt === retries) {
          givenUp += 1;
          return;
        }
        await delay(firstDelayMs * 2 ** attempt * (1 + Math.random()), undefined, { signal: halting });
      }
    }
  };
  const place = async () => {
    while (!halting.aborted) await askPatiently();
  };
  await Promise.all(
    Array.from({ length: concurrency }, () =>
      place().catch((error: unknown) => {
        if (!halting.aborted) throw error;
      }),
    ),
  );
  return givenUp;
}

function createCounters({ keys, perMinute, halting }: NaiveLoop) {
  const counters = keys.map((key) => ({ key, began: Number.NEGATIVE_INFINITY, used: 0 }));
  let turn = 0;
  return async (): Promise<string> => {
    for (;;) {
      const now = Date.now();
      for (let step = 0; step < counters.length; step += 1) {
        const counter = counters[(turn + step) % counters.length];
        if (!counter) continue;
        if (now - counter.began >= minuteMs) {
          counter.began = now;
          counter.used = 0;
        }
        if (counter.used >= perMinute) continue;
        counter.used += 1;
        turn += step + 1;
        return counter.key;
      }
      const next = Math.min(...counters.map(({ began }) => began + minuteMs));
      await delay(next - now, undefined, { signal: halting });
    }
  };
}
