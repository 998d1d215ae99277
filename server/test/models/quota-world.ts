import { type KyselyPlugin, sql } from "kysely";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/models/quotas/clock.ts";
import type { QuotaAnswer, QuotaGroup, QuotaLimits, Quotas, Slot } from "../../src/models/quotas/contract.ts";
import { midnightIn } from "../../src/models/quotas/day-reset.ts";
import { createQuotas } from "../../src/models/quotas/quotas.ts";
import type { Sql } from "../../src/platform/database/sql.ts";

export const limitsOf = (requestsPerMinute: number, more: Partial<QuotaLimits> = {}): QuotaLimits => ({
  requestsPerMinute,
  requestsPerDay: null,
  tokensPerMinute: null,
  concurrency: null,
  ...more,
});

/** A group with one key, or with so many. */
export const groupOf = (name: string, limits: QuotaLimits, keys = 1): QuotaGroup => ({
  name,
  limits,
  keys: Array.from({ length: keys }, (_, index) => ({
    id: `${name}-${index}`,
    label: `…${name}${index}`,
    secret: `secret-${name}-${index}`,
  })),
});

export const isSlot = (answer: QuotaAnswer): answer is Slot => "settle" in answer;

export function slotOf(answer: QuotaAnswer): Slot {
  if (isSlot(answer)) return answer;
  throw new Error(`no slot: ${JSON.stringify(answer)}`);
}

/**
 * Time that goes on only when everything that could happen now has happened, in the database too: minutes take seconds,
 * and each run is like the one before.
 */
export function createTime(startAt = Date.UTC(2026, 5, 1, 12)) {
  let now = 0;
  let serial = 0;
  let statements = 0;
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();

  const after = (ms: number, work: () => void) => {
    serial += 1;
    const mine = serial;
    timers.set(mine, { at: now + Math.max(0, ms), work });
    return () => void timers.delete(mine);
  };
  const settled = async () => {
    for (let quiet = 0; quiet < 3; quiet = statements === 0 ? quiet + 1 : 0) await new Promise(setImmediate);
  };
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      statements += 1;
      return node;
    },
    async transformResult({ result }) {
      statements -= 1;
      return result;
    },
  };
  return {
    now: () => now,
    after,
    /** Of a process that is wrong about the date by so much. */
    clock: (wrongByMs = 0): Clock => ({
      now: () => now + wrongByMs,
      date: () => new Date(startAt + now + wrongByMs),
      after,
    }),
    databaseTime: () => sql`(timestamptz 'epoch' + ${startAt + now}::float8 * interval '1 millisecond')`,
    watch: (database: Sql) => database.withPlugin(plugin),
    settled,
    sleep: (ms: number) => new Promise<void>((resolve) => void after(ms, resolve)),
    /** The processes stand still meanwhile: what is due is late. */
    stall(ms: number) {
      now += ms;
    },
    async run(ms: number): Promise<void> {
      const end = now + ms;
      for (;;) {
        await settled();
        const [next] = [...timers].sort(([, one], [, other]) => one.at - other.at);
        if (!next || next[1].at > end) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].work();
      }
      now = end;
    },
  };
}

export type Time = ReturnType<typeof createTime>;

let scopes = 0;
export function newScope(): string {
  scopes += 1;
  return `scope-${scopes}`;
}

export function createProcess(
  {
    database,
    time,
    scope,
    groups,
  }: { database: Sql; time: Time; scope: string; groups: readonly QuotaGroup[] },
  wrongByMs = 0,
): Quotas {
  const quotas = createQuotas({
    database: time.watch(database),
    scope,
    groups,
    dayReset: midnightIn("America/Los_Angeles"),
    onError(error) {
      throw error;
    },
    clock: time.clock(wrongByMs),
    time: time.databaseTime,
  });
  onTestFinished(() => quotas.close());
  return quotas;
}

/** A provider that allows so many requests of a group in any 60 seconds, and counts them as they arrive. */
export function createWindow(time: Time, limit: number) {
  const arrivals = new Map<string, number[]>();
  const sent: { readonly group: string; readonly at: number }[] = [];
  let violations = 0;
  return {
    send: (group: string) => void sent.push({ group, at: time.now() }),
    /** @returns whether it is let in */
    arrive(group: string): boolean {
      const mine = arrivals.get(group) ?? [];
      arrivals.set(group, mine);
      const recent = mine.filter((at) => at > time.now() - 60_000).length;
      if (recent >= limit) {
        violations += 1;
        return false;
      }
      mine.push(time.now());
      return true;
    },
    violations: () => violations,
    /** What was sent between two times. */
    count: (name: string, from: number, to: number) =>
      sent.filter(({ group, at }) => group === name && at >= from && at < to).length,
  };
}

/** The same numbers in each run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
