/** Bytes that something is about to hold, or holds. */
export interface Held {
  /** Says how many they really are. */
  settle(bytes: number): void;
  /** They are held no more; further calls do nothing. */
  release(): void;
}

export interface HeldBytes {
  /**
   * Resolves when there is room, in order of arrival.
   *
   * @throws the signal's reason once it is aborted
   */
  hold(signal: AbortSignal): Promise<Held>;
  state(): { readonly bytes: number; readonly waiting: number };
}

export interface HeldBytesSettings {
  readonly totalBytes: number;
  /** The most that one may turn out to be. */
  readonly maxBytes: number;
}

/** A guess is this many times the average, so that most turn out smaller. */
const caution = 4;
const leastGuess = 64 * 1024;
/** How much one size moves the average. */
const smoothing = 0.1;

/**
 * Bounds the bytes of what is fetched before its size is known: each is guessed from those before, at first as large as it
 * may be, and counts with its real size from when that is known. So a hundred small ones are fetched at a time, and a
 * hundred large ones are not.
 */
export function createHeldBytes({ totalBytes, maxBytes }: HeldBytesSettings): HeldBytes {
  const waiting: { admit(): void }[] = [];
  let bytes = 0;
  let average = maxBytes / caution;

  // Whole bytes, or their sum would never be 0 again.
  const guess = () => Math.min(maxBytes, Math.max(leastGuess, Math.ceil(average * caution)));
  // One that is larger than everything together is let in alone.
  const hasRoom = () => bytes === 0 || bytes + guess() <= totalBytes;

  function admitWaiting(): void {
    while (waiting.length > 0 && hasRoom()) waiting.shift()?.admit();
  }

  function take(): Held {
    let mine = guess();
    bytes += mine;
    let released = false;
    const change = (to: number) => {
      bytes += to - mine;
      mine = to;
      admitWaiting();
    };
    return {
      settle(real) {
        if (released) return;
        average += (real - average) * smoothing;
        change(real);
      },
      release() {
        if (!released) change(0);
        released = true;
      },
    };
  }

  return {
    async hold(signal) {
      signal.throwIfAborted();
      if (waiting.length === 0 && hasRoom()) return take();
      return new Promise((resolve, reject) => {
        const entry = {
          admit() {
            signal.removeEventListener("abort", leave);
            resolve(take());
          },
        };
        const leave = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
          admitWaiting();
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(entry);
      });
    },
    state: () => ({ bytes, waiting: waiting.length }),
  };
}
