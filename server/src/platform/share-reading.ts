export interface ShareReadingOptions<Value> {
  readonly read: () => Promise<Value>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** What was read so long ago is told again. */
  readonly freshMs: number;
  /** Whoever asks waits no longer; the reading goes on for those who come later. */
  readonly patienceMs: number;
}

/**
 * One reading for all who ask at once or soon after, so that asking often costs nothing. What came of it is kept also
 * where it failed: a database that is away must not be asked by everybody.
 *
 * @returns null where the reading failed, or takes too long
 */
export function shareReading<Value>(options: ShareReadingOptions<Value>): () => Promise<Value | null> {
  const { read, now, freshMs, patienceMs } = options;
  let shared: { readonly value: Promise<Value | null>; endedAt: number | null } | undefined;

  const begin = () => {
    const value = read().catch(() => null);
    const reading = { value, endedAt: null as number | null };
    void value.then(() => {
      reading.endedAt = now();
    });
    return reading;
  };

  return async () => {
    if (!shared || (shared.endedAt !== null && now() - shared.endedAt >= freshMs)) shared = begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), patienceMs);
    });
    try {
      return await Promise.race([shared.value, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
