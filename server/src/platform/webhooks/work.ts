import type { Database } from "../database/database.ts";
import { DatabaseUnavailable } from "../database/errors.ts";
import { throughOutages } from "../database/through-outages.ts";
import { createBell } from "../jobs/bell.ts";
import { type Claim, claimDeliveries, takeBack } from "./claim.ts";
import type { Deliver, WebhooksLog } from "./deliver.ts";
import type { Lanes, Turn, Want } from "./lanes.ts";
import { startLooking } from "./look.ts";
import { endingOf } from "./outcome.ts";

export interface WorkSettings {
  readonly database: Database;
  readonly lanes: Lanes;
  readonly deliver: Deliver;
  /** A claim that is older counts as that of a dead process. */
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: WebhooksLog;
}

/** Ends it: takes nothing more, waits for what is under way, and after the grace cuts that off and gives it back. */
export type StopWork = (graceMs: number) => Promise<void>;

/** Delivers what is due, as the lanes allow, with one statement for all receivers that have room. */
export async function startWork(settings: WorkSettings): Promise<StopWork> {
  const { database, lanes, deliver, leaseMs, pollMs, now, log } = settings;
  const stopping = new AbortController();
  const cut = new AbortController();
  const running = new Set<Promise<void>>();
  const bell = createBell();

  const onError = (error: unknown) => {
    // Of a database that is away others speak already.
    if (!(error instanceof DatabaseUnavailable)) log.error({ err: error }, "claiming webhooks failed");
  };

  const claim = (wants: readonly Want[]) =>
    throughOutages(() => claimDeliveries(database.sql, wants, leaseMs), stopping.signal).catch(
      (error: unknown): readonly Claim[] => {
        onError(error);
        return [];
      },
    );

  async function carry(claimed: Claim, turn: Turn): Promise<void> {
    if (claimed.state === "disabled") {
      turn.leave("aborted", false);
      return;
    }
    const end = await deliver(claimed, cut.signal);
    const retryAfter = end.kind === "failed" ? end.retryAfter : null;
    turn.leave(endingOf(end), end.kind === "delivered", retryAfter ? retryAfter.getTime() - now() : 0);
  }

  function begin(claimed: Claim, turn: Turn): void {
    const carried = carry(claimed, turn).finally(() => {
      running.delete(carried);
      bell.ring();
    });
    running.add(carried);
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const wants = lanes.take();
      if (wants.length === 0) {
        await bell.wait();
        continue;
      }
      const byOrigin = Map.groupBy(await claim(wants), ({ origin }) => origin);
      for (const want of wants) {
        const mine = byOrigin.get(want.origin) ?? [];
        const turns = lanes.claimed(want, mine.length);
        for (const [index, turn] of turns.entries()) {
          const claimed = mine[index];
          if (claimed) begin(claimed, turn);
        }
      }
    }
  }

  if (database.engine === "embedded") await takeBack(database.sql);
  const working = work();
  const stopLooking = await startLooking({
    ...{ database, pollMs, onError },
    wake: (origin) => lanes.wake(origin),
    looked() {
      lanes.tick();
      bell.ring();
    },
  });

  return async (graceMs) => {
    stopping.abort();
    bell.ring();
    await stopLooking();
    await working;
    const timer = setTimeout(() => cut.abort(), graceMs);
    await Promise.all(running);
    clearTimeout(timer);
  };
}
