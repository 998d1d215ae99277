import type { Clock } from "./clock.ts";
import type { QuotaAnswer, QuotaAsk } from "./contract.ts";

export interface Waiter {
  readonly tokens: number;
  /** By the clock; nobody waits longer. */
  readonly deadline: number;
  /** The first answer counts. The waiter is in the queue no more. */
  answer(answer: QuotaAnswer): void;
  reject(error: unknown): void;
}

export interface Waiters extends Iterable<Waiter> {
  readonly size: number;
  wait(ask: QuotaAsk): Promise<QuotaAnswer>;
  /** Whoever has waited longest. */
  first(): Waiter | undefined;
}

interface WaitersOptions {
  readonly clock: Clock;
  /** A waiter's patience is over: answer it. */
  readonly onImpatient: (waiter: Waiter) => void;
  /** Somebody has left without a slot. */
  readonly onLeft: () => void;
}

/** Whoever waits for a slot, in the order of asking. Coming and leaving cost the same however many wait. */
export function createWaiters({ clock, onImpatient, onLeft }: WaitersOptions): Waiters {
  const queue = new Set<Waiter>();
  return {
    get size() {
      return queue.size;
    },
    first: () => queue.values().next().value,
    [Symbol.iterator]: () => queue.values(),
    wait({ tokens, signal, patienceMs }) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const leave = () => {
          cancelPatience();
          signal.removeEventListener("abort", onAbort);
          return queue.delete(waiter);
        };
        const waiter: Waiter = {
          tokens,
          deadline: clock.now() + patienceMs,
          answer(answer) {
            leave();
            resolve(answer);
          },
          reject(error) {
            leave();
            reject(error);
          },
        };
        const onAbort = () => {
          waiter.reject(signal.reason);
          onLeft();
        };
        const cancelPatience = clock.after(patienceMs, () => {
          onImpatient(waiter);
          onLeft();
        });
        signal.addEventListener("abort", onAbort, { once: true });
        queue.add(waiter);
      });
    },
  };
}
