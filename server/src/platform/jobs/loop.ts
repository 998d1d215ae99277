import { createBell } from "./bell.ts";

export interface LoopOptions<Claim> {
  readonly concurrency: number;
  /** Claims up to so many jobs. */
  readonly fetch: (limit: number) => Promise<readonly Claim[]>;
  /** Works on one until it is settled; never rejects. */
  readonly run: (claim: Claim) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** The workers of one queue in one process. */
export interface Loop {
  /** There may be something to do. */
  wake(): void;
  /** Takes no more jobs; resolves when none is about to begin. */
  stop(): Promise<void>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/**
 * Fetches as many jobs as there are free slots, whenever somebody says that there may be some: one statement for all
 * slots, and none while nothing happens. pg-boss's own `work()` fetches for every slot by itself, and lets a slot that
 * ended early sleep until its polling interval is over (20 jobs/s with ten slots at 0.5 s).
 */
export function startLoop<Claim>({ concurrency, fetch, run, onError }: LoopOptions<Claim>): Loop {
  const bell = createBell();
  const running = new Set<Promise<void>>();
  /** False after a fetch that found fewer than it asked for: a slot that ends then need not look again. */
  let more = true;
  let stopping = false;

  const begin = (claim: Claim) => {
    const work = run(claim).finally(() => {
      running.delete(work);
      bell.ring();
    });
    running.add(work);
  };
  const look = async (free: number) => {
    more = false;
    try {
      const claims = await fetch(free);
      if (claims.length === free) more = true;
      for (const claim of claims) begin(claim);
    } catch (error) {
      onError(error);
    }
  };
  const ended = (async () => {
    while (!stopping) {
      const free = concurrency - running.size;
      if (more && free > 0) await look(free);
      else await bell.wait();
    }
  })();

  return {
    wake() {
      more = true;
      bell.ring();
    },
    async stop() {
      stopping = true;
      bell.ring();
      await ended;
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
    },
  };
}
