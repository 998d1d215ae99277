/** As `setTimeout`, which takes what is more than 24 days for nothing at all. */
export const startTimer = (milliseconds: number, ring: () => void): ReturnType<typeof setTimeout> =>
  setTimeout(ring, Math.min(milliseconds, 2 ** 31 - 1));

/** Waits, unless the signal is aborted, whose reason is then thrown. */
export function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = startTimer(milliseconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
