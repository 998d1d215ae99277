import type { Database } from "../../platform/database/database.ts";
import { hasEnded, type MediaJob } from "./job.ts";
import { readJob } from "./job-store.ts";

/** Who waits for jobs to end. */
export interface JobEnds {
  /** A job has ended in this process. */
  tell(job: Pick<MediaJob, "id">): void;
  /** Resolves when the job has ended, after so long, or when the caller has gone. */
  wait(id: string, ms: number, signal: AbortSignal): Promise<void>;
}

/** What ends in another process is seen so soon. Milliseconds. */
const lookMs = 500;

export function createJobEnds(database: Pick<Database, "sql">): JobEnds {
  const waiting = new Map<string, Set<() => void>>();
  return {
    tell({ id }) {
      for (const wake of waiting.get(id) ?? []) wake();
    },
    async wait(id, ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = waiting.get(id) ?? new Set();
      waiting.set(id, others.add(resolve));
      const look = async () => {
        const job = await readJob(database.sql, id);
        if (!job || hasEnded(job.state)) resolve();
      };
      const looking = setInterval(() => void look().catch(() => {}), lookMs);
      const patience = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => resolve(), { once: true });
      try {
        // It may have ended before anybody waited.
        await look();
        await promise;
      } finally {
        clearInterval(looking);
        clearTimeout(patience);
        others.delete(resolve);
        if (others.size === 0) waiting.delete(id);
      }
    },
  };
}

/** The longest that a request is kept open. */
const longestWaitSeconds = 60;

/** `Prefer: wait=10` (RFC 7240, 4.3) in milliseconds; null where nothing is said. */
export function preferredWaitMs(header: string | readonly string[] | undefined): number | null {
  const preferences = [header ?? []].flat().join(",");
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(preferences)?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds), longestWaitSeconds) * 1_000;
}
