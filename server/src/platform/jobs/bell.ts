/** Wakes whoever waits. A ring that comes while nobody waits is kept, so none is lost between a look and a wait. */
export interface Bell {
  ring(): void;
  wait(): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  return {
    ring() {
      if (waiting) waiting.resolve();
      else rung = true;
      waiting = undefined;
    },
    async wait() {
      if (!rung) {
        waiting = Promise.withResolvers();
        await waiting.promise;
      }
      rung = false;
    },
  };
}
