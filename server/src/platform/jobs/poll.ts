import type { Database } from "../database/database.ts";
import type { Outage } from "./outage.ts";
import { due } from "./tables.ts";

export interface PollOptions {
  readonly database: Database;
  /** Queues that could take a job at the moment. */
  readonly queues: () => readonly string[];
  readonly wake: (queue: string) => void;
  readonly outage: Outage;
  readonly everyMs: number;
}

/**
 * Looks once a second, with one statement for all queues, at what nobody is told about: jobs whose time has come, tries
 * given back by others, notifications that were lost. A job that becomes due before the next look is woken on time.
 */
export function startPolling(options: PollOptions): {
  stop(): Promise<void>;
  wakeIn(queue: string, ms: number): void;
} {
  const { database, queues, wake, outage, everyMs } = options;
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const after = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const wakeIn = (queue: string, ms: number) => {
    // What is due later is found by a look.
    if (!stopped && ms <= everyMs) after(Math.ceil(ms), () => wake(queue));
  };
  const look = async () => {
    try {
      const names = queues();
      const found = names.length > 0 ? await due(database.sql, names, everyMs) : [];
      for (const { name, inMs } of found) wakeIn(name, inMs);
      outage.over();
    } catch (error) {
      outage.error(error, "looking for jobs failed");
    }
    if (!stopped) after(everyMs, begin);
  };
  let looking = Promise.resolve();
  const begin = () => {
    looking = look();
  };
  begin();
  return {
    wakeIn,
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await looking;
    },
  };
}
