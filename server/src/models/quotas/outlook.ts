import type { Clock } from "./clock.ts";
import type { Pace, Unusable, WaitUntil } from "./contract.ts";
import { awaitsAnEnd, isUsable, keyFreeAt, type Lane, slotFreeAt } from "./lane.ts";
import { requestSpacing } from "./pace.ts";
import { parkReasons, queueReason, restReason, storageReason } from "./wait-reasons.ts";

/** A first slot that is nearer is no reason to send anybody away. */
const nearMs = 2_000;
/** For those who leave and about whom nothing better is known. */
const soonMs = 1_000;

/** A new key in the configuration needs no restoring, and works all the same with it. */
const wayOn = "Once that is mended, call POST /admin/quotas/restore, and then resume the batch.";

/** Says how long there will be no slot, and why. */
export function createOutlook(lanes: ReadonlyMap<string, Lane>, clock: Clock) {
  const firstFree = () =>
    [...lanes.values()].reduce((one, other) => (slotFreeAt(other) < slotFreeAt(one) ? other : one));

  const until = (at: number, reason: string): WaitUntil => ({
    waitUntil: new Date(clock.date().getTime() + Math.ceil(at - clock.now())),
    reason,
  });

  return {
    /** That no key is left; null while there is one. */
    unusable(): Unusable | null {
      if ([...lanes.values()].some(isUsable)) return null;
      const keys = [...lanes.values()].flatMap((lane) => lane.keys);
      const names = keys.map(({ key, unusable }) => `${key.label} (${unusable})`);
      return { unusable: `No usable key is left: ${names.join(", ")}. ${wayOn}` };
    },
    /** When the first slot will be, where that is certain and not near; by the clock, and as an answer. */
    distant(): { readonly at: number; readonly answer: WaitUntil } | null {
      if ([...lanes.values()].some(awaitsAnEnd)) return null;
      const now = clock.now();
      const lane = firstFree();
      const at = slotFreeAt(lane);
      return at > now + nearMs ? { at, answer: until(at, reasonOf(lane, now)) } : null;
    },
    /** For one of so many who have waited as long as they would. */
    guess(waiting: number): WaitUntil {
      const now = clock.now();
      const free = [...lanes.values()].filter((lane) => slotFreeAt(lane) <= now + nearMs);
      const perMs = free.reduce(
        (sum, { group, known }) => sum + 1 / (known?.row.stepMs ?? requestSpacing(group.limits)),
        0,
      );
      return until(now + (perMs > 0 ? waiting / perMs : soonMs), queueReason);
    },
    /** Of all groups, those without a usable key left out unless there is no other. */
    pace(): Pace {
      const all = [...lanes.values()];
      const usable = all.some(isUsable) ? all.filter(isUsable) : all;
      return usable.reduce<Pace>(
        ({ perMs, atOnce }, { group: { limits }, known }) => ({
          perMs: perMs + 1 / (known?.row.stepMs ?? requestSpacing(limits)),
          atOnce: atOnce === null || limits.concurrency === null ? null : atOnce + limits.concurrency,
        }),
        { perMs: 0, atOnce: 0 },
      );
    },
    withoutStorage: (): WaitUntil => until(clock.now() + soonMs, storageReason),
  };
}

/** Why the lane that is free first is not free yet. */
function reasonOf(lane: Lane, now: number): string {
  if (keyFreeAt(lane) > now && keyFreeAt(lane) === slotFreeAt(lane)) return restReason;
  const why = lane.parkedUntil > now ? lane.parkedWhy : lane.known?.row.why;
  return why ? parkReasons[why] : queueReason;
}
