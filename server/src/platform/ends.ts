/** Who waits for things to end that somebody works on, here or in another process. */
export interface Ends {
  /** Something has ended in this process. */
  tell(id: string): void;
  /** Resolves when it has ended, after so long, or when the caller has gone. */
  wait(id: string, ms: number, signal: AbortSignal): Promise<void>;
}

/** What ends in another process is seen so soon. Milliseconds. */
const lookMs = 500;

/** @param hasEnded also of what is not there any more */
export function createEnds(hasEnded: (id: string) => Promise<boolean>): Ends {
  const waiting = new Map<string, Set<() => void>>();
  return {
    tell(id) {
      for (const wake of waiting.get(id) ?? []) wake();
    },
    async wait(id, ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = waiting.get(id) ?? new Set();
      waiting.set(id, others.add(resolve));
      const look = async () => {
        if (await hasEnded(id)) resolve();
      };
      const looking = setInterval(() => void look().catch(() => {}), lookMs);
      const patience = setTimeout(resolve, ms);
      const leave = () => resolve();
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
      try {
        // It may have ended before anybody waited.
        if (!signal.aborted) await look();
        await promise;
      } finally {
        clearInterval(looking);
        clearTimeout(patience);
        signal.removeEventListener("abort", leave);
        others.delete(resolve);
        if (others.size === 0) waiting.delete(id);
      }
    },
  };
}
