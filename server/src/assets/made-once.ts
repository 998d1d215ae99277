interface Making<Made> {
  readonly made: Promise<Made>;
  readonly leaving: AbortController;
  waiting: number;
}

/**
 * Does once what several ask for under one key at the same time, and gives all of them what comes of it. Each leaves when
 * its own signal is aborted; when the last one has left, that of the work is.
 */
export function createMadeOnce<Made>() {
  const underWay = new Map<string, Making<Made>>();

  function begin(key: string, make: (signal: AbortSignal) => Promise<Made>): Making<Made> {
    const leaving = new AbortController();
    const making: Making<Made> = { made: make(leaving.signal), leaving, waiting: 0 };
    underWay.set(key, making);
    return making;
  }

  return async (
    key: string,
    signal: AbortSignal,
    make: (signal: AbortSignal) => Promise<Made>,
  ): Promise<Made> => {
    signal.throwIfAborted();
    const making = underWay.get(key) ?? begin(key, make);
    making.waiting += 1;
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([making.made, left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      making.waiting -= 1;
      if (making.waiting === 0) {
        // Who comes from here on would wait for what is over, or is being given up.
        underWay.delete(key);
        making.leaving.abort(signal.reason);
      }
    }
  };
}
