import { createOrigins, type OriginSettings } from "../origins.ts";
import type { Turn } from "../turn.ts";

export const minute = 60_000;
export const site = "https://images.example";

/** Origins whose clock moves when it is told to, and calls what was scheduled on the way. */
export function setup(settings: Partial<OriginSettings> = {}) {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Set<{ at: number; work: () => void }>();
  const origins = createOrigins({
    concurrency: 2,
    perSecond: null,
    patienceMs: 10 * minute,
    now: () => now,
    // The upper end of each pause: they are of 5, 10, 20 … seconds.
    random: () => 1,
    schedule: (ms, work) => {
      const timer = { at: now + ms, work };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    ...settings,
  });

  /** Lets everything that has become possible happen. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.work();
      await settle();
    }
    now = end;
    await settle();
  }

  /** Asks for a turn without awaiting it. */
  function ask(origin = site, signal = new AbortController().signal) {
    const asked = { turn: null as Turn | null, error: null as unknown };
    origins.enter(origin, signal).then(
      (turn) => {
        asked.turn = turn;
      },
      (error: unknown) => {
        asked.error = error;
      },
    );
    return asked;
  }
  const enter = (origin = site) => origins.enter(origin, new AbortController().signal);
  /** Begins a request, which must be possible at once. */
  async function begin(origin = site) {
    const turn = await enter(origin);
    if (turn.state !== "go") throw new Error(`told ${turn.state}`);
    return turn;
  }
  async function failTimes(times: number, retryAfter: Date | null = null) {
    for (let count = 0; count < times; count += 1) (await begin()).leave("unreachable", retryAfter);
  }
  const inMs = (ms: number) => new Date(now + ms);
  return { origins, ask, enter, begin, failTimes, settle, pass, inMs, timers, now: () => now };
}

export const leave = (
  asked: { turn: Turn | null },
  how: "answered" | "unreachable" | "aborted" = "answered",
) => {
  if (asked.turn?.state !== "go") throw new Error(`told ${asked.turn?.state}`);
  asked.turn.leave(how);
};
export const states = (asked: readonly { turn: Turn | null }[]) =>
  asked.map(({ turn }) => turn?.state ?? "waiting");
