import type { Books } from "./books.ts";
import type { Clock } from "./clock.ts";
import type { RateLimited, Slot, SlotEnd } from "./contract.ts";
import type { Lane, LaneKey } from "./lane.ts";
import { staleMs, tokenSpacing } from "./pace.ts";
import type { LeasedSlot } from "./slots.ts";

interface OpeningOptions {
  readonly clock: Clock;
  readonly books: Books;
  readonly parkMs: (end: RateLimited, refusals: number) => number;
  readonly onParked: (lane: Lane) => void;
  /** There may be room again, or another key is needed. */
  readonly onEnded: (lane: Lane) => void;
}

const longestReason = 200;

/** Makes slots, and knows what each of their ends means. What concerns this process counts before it is written. */
export function createOpening({ clock, books, parkMs, onParked, onEnded }: OpeningOptions) {
  return (
    { lane, slotAt, dueAt, tokensMs, spacingMs }: LeasedSlot,
    laneKey: LaneKey,
    tokens: number,
  ): Slot => {
    const { name, limits } = lane.group;
    const { key, health } = laneKey;
    let settled = false;

    const blame = (said: string | undefined): string => {
      const words = said ?? "no answer";
      const masked = key.secret === null ? words : words.replaceAll(key.secret, key.label);
      const reason = masked.slice(0, longestReason);
      laneKey.lastError = { reason, at: clock.date() };
      return reason;
    };
    const giveBack = () => books.tell((store) => store.giveBack(name, [{ slotAt, spacingMs }]));
    const end = async (ended: SlotEnd): Promise<void> => {
      switch (ended.as) {
        case "answered":
          health.succeed();
          return books.succeeded(lane, tokenSpacing(ended.tokens ?? tokens, limits) - tokensMs);
        case "failed":
          blame(ended.reason);
          health.fail(clock.now());
          return ended.unsent ? giveBack() : undefined;
        case "abandoned":
          return health.forget();
        case "unused":
          health.forget();
          return giveBack();
        case "key_unusable": {
          health.forget();
          const reason = blame(ended.reason);
          laneKey.unusable = reason;
          return books.write((store) => store.takeOut(key.id, reason));
        }
        case "rate_limited": {
          health.forget();
          const ms = parkMs(ended, lane.known?.row.refusals ?? 0);
          lane.parkedUntil = Math.max(lane.parkedUntil, clock.now() + ms);
          lane.parkedWhy = ended.scope;
          lane.parks += 1;
          onParked(lane);
          await books.write((store) => store.refuse({ group: name, slotAt, parkMs: ms, why: ended.scope }));
          lane.parksWritten += 1;
        }
      }
    };
    return {
      group: name,
      key,
      isLate: () => clock.now() - dueAt > staleMs,
      async settle(ended) {
        if (settled) return;
        settled = true;
        lane.underWay -= 1;
        const written = end(ended);
        onEnded(lane);
        await written;
      },
    };
  };
}
