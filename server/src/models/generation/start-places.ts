import type { ImageLine } from "./contract.ts";

/** So many places; who waits for one is let in, in order of arrival, before those who only look. */
export function createStartPlaces(most: number): ImageLine["enter"] {
  const waiting = new Set<(leave: () => void) => void>();
  let taken = 0;

  const leave = () => {
    const [next] = waiting;
    if (!next) {
      taken -= 1;
      return;
    }
    waiting.delete(next);
    next(createLeave());
  };
  /** Whoever leaves twice gives back one place. */
  const createLeave = () => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  };

  return async ({ patienceMs, signal }) => {
    if (taken < most) {
      taken += 1;
      return createLeave();
    }
    if (patienceMs === 0) return null;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<(() => void) | null>();
    waiting.add(resolve);
    // At once, so that no place is given to somebody who has left.
    const patience = setTimeout(() => waiting.delete(resolve) && resolve(null), patienceMs);
    const onAbort = () => waiting.delete(resolve) && reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await promise;
    } finally {
      clearTimeout(patience);
      signal.removeEventListener("abort", onAbort);
    }
  };
}
