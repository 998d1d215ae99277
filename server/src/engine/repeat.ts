import type { Logger } from "pino";

export interface Repeated {
  /** Do it now, not only when it is due. */
  wake(): void;
  /** Ends it; resolves once it is not running. */
  stop(): Promise<void>;
}

/** Does something again and again, never twice at once, with pauses between; what it throws is logged. */
export function repeat(work: () => Promise<void>, everyMs: number, logger: Logger): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let present: Promise<void> | null = null;
  let woken = false;
  let stopped = false;

  const run = () => {
    clearTimeout(timer);
    present = work()
      .catch((error: unknown) => logger.warn({ err: error }, "a periodic task failed; it is repeated"))
      .finally(() => {
        present = null;
        if (stopped) return;
        timer = setTimeout(run, woken ? 0 : everyMs);
        woken = false;
      });
  };
  timer = setTimeout(run, everyMs);

  return {
    wake() {
      if (stopped) return;
      if (present) woken = true;
      else run();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await present;
    },
  };
}
