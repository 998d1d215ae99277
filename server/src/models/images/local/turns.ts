type Turns = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

/** One at a time, in order of arrival; who does not want to wait any more fails at once with the signal's reason. */
export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return async (signal, work) => {
    signal.throwIfAborted();
    const before = last;
    const turn = Promise.withResolvers<void>();
    last = before.then(() => turn.promise);
    const leaving = Promise.withResolvers<never>();
    const leave = () => leaving.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await Promise.race([before, leaving.promise]);
      return await work();
    } finally {
      signal.removeEventListener("abort", leave);
      turn.resolve();
    }
  };
}
