/** Whether a key may be used: one that fails again and again rests, and is then tried with a single request. */
export interface KeyHealth {
  /** When it may be used, in the clock's milliseconds; Infinity while a single request tries it. */
  freeAt(): number;
  /** The next request tries it, and no other one goes with it. */
  isOnTrial(): boolean;
  begin(): void;
  succeed(): void;
  fail(now: number): void;
  /** It ended in a way that says nothing about the key. */
  forget(): void;
}

const failuresBeforeRest = 3;
const firstRestMs = 1_000;
/** How late a key that has recovered may be noticed. */
const longestRestMs = 5_000;

export function createKeyHealth(): KeyHealth {
  let failures = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  let probing = false;
  const rested = () => failures >= failuresBeforeRest;
  return {
    freeAt: () => (probing ? Number.POSITIVE_INFINITY : restsUntil),
    isOnTrial: rested,
    begin() {
      probing = rested();
    },
    succeed() {
      failures = 0;
      restsUntil = Number.NEGATIVE_INFINITY;
      probing = false;
    },
    fail(now) {
      failures += 1;
      probing = false;
      const doubled = firstRestMs * 2 ** Math.min(failures - failuresBeforeRest, 10);
      if (rested()) restsUntil = now + Math.min(doubled, longestRestMs);
    },
    forget() {
      probing = false;
    },
  };
}
