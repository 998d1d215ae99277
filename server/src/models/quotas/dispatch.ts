import type { Clock } from "./clock.ts";
import type { Pace, QuotaAnswer, QuotaAsk, Slot } from "./contract.ts";
import type { DayReset } from "./day-reset.ts";
import { askableAt, isUsable, type Lane, type LaneKey, roomOf, takeKey } from "./lane.ts";
import type { Lease, LeaseAsk, LeaseOptions } from "./lease.ts";
import { createOutlook } from "./outlook.ts";
import { lateMs, requestSpacing, tokenSpacing } from "./pace.ts";
import { createSlotQueue, type LeasedSlot, slotsOf } from "./slots.ts";
import { createWaiters, type Waiter } from "./waiters.ts";

export interface Dispatch {
  acquire(ask: QuotaAsk): Promise<QuotaAnswer>;
  pace(): Pace;
  waiting(): number;
  /** A request of the lane has ended, or a key of it is usable again. */
  changed(lane: Lane): void;
  /** Slots of the lane must not be used any more. */
  dropLane(lane: Lane): void;
  /** Keys or groups were restored: what the database said before is true no more. */
  restored(): void;
  close(reason: Error): void;
}

interface DispatchOptions {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly clock: Clock;
  readonly dayReset: DayReset;
  readonly lease: (options: Omit<LeaseOptions, "scope" | "keyScope" | "time">) => Promise<Lease>;
  readonly open: (leased: LeasedSlot, key: LaneKey, tokens: number) => Slot;
  readonly giveBack: (leased: readonly LeasedSlot[]) => void;
}

/** At most a second of a group's budget is ever in the hands of a process, and so it learns in time that it is parked. */
const horizonMs = 1_000;
/** While more is wanted than there is: with slots at hand for the rest of the horizon, that is often enough. */
const leaseEveryMs = 250;
/** What the database said is asked again after so long, if somebody comes. */
const knownForMs = 1_000;
const mostAtOnce = 1_000;
const dayMs = 24 * 60 * 60 * 1000;

/** Brings together who waits and the slots that the database gives out. It asks for no more than is waited for. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { lanes, clock, dayReset, lease, open, giveBack } = options;
  let leasing = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let nextLookAt = Number.NEGATIVE_INFINITY;
  let cancelLook = () => {};
  /** Why there are no slots any more; null while there are. */
  let closed: Error | null = null;
  /** There is more to be had than the statement under way was told of. */
  let outdated = false;
  let restorations = 0;
  /** Lanes that could not have used all that was wanted. */
  let short = new Set<Lane>();

  const outlook = createOutlook(lanes, clock);
  const waiters = createWaiters({ clock, onImpatient: sendAway, onLeft: giveBackSurplus });
  const slots = createSlotQueue(clock, deliver);
  const wanted = () => Math.min(waiters.size - slots.size, mostAtOnce);
  const isKnown = () => !leasing && clock.now() - askedAt <= knownForMs;

  function deliver(leased: LeasedSlot): void {
    const { lane, dueAt } = leased;
    const now = clock.now();
    const usable = now - dueAt <= lateMs && lane.parkedUntil <= now;
    const waiter = usable ? waiters.first() : undefined;
    const key = waiter && takeKey(lane, now);
    if (waiter && key) {
      lane.underWay += 1;
      waiter.answer(open(leased, key, waiter.tokens));
    } else {
      giveBack([leased]);
      look();
    }
  }

  function giveBackSurplus(): void {
    while (slots.size > waiters.size) giveBack(slots.dropLast());
  }

  function look(): void {
    cancelLook();
    if (closed || leasing || wanted() <= 0) return;
    const now = clock.now();
    if (now < nextLookAt) {
      // Infinity: the end of a request is what wakes it.
      if (nextLookAt < Number.POSITIVE_INFINITY) cancelLook = clock.after(nextLookAt - now, look);
      return;
    }
    leasing = true;
    askedAt = now;
    outdated = false;
    void takeSlots(wanted()).finally(() => {
      leasing = false;
      look();
    });
  }

  async function takeSlots(count: number): Promise<void> {
    const asks = asksOf(count, clock.now());
    const tokensMs = new Map(asks.map((ask) => [ask.name, ask.tokensMs]));
    const today = clock.date().getTime();
    const dayResets = [today - dayMs, today, today + dayMs].map((time) => dayReset(new Date(time)));
    const written = new Map([...lanes.values()].map((lane) => [lane, lane.parksWritten]));
    const before = restorations;
    try {
      const leased = await lease({ asks, wanted: count, horizonMs, dayResets });
      const now = clock.now();
      if (restorations === before) learn(leased, now, written);
      slots.add(slotsOf(leased, lanes, now, tokensMs));
      if (closed) return giveBack(slots.dropAll());
      giveBackSurplus();
      answerHopeless();
      const askable = Math.min(...[...lanes.values()].map((lane) => askableAt(lane, horizonMs)));
      const taken = leased.groups.reduce((sum, row) => sum + row.slots, 0);
      // Whoever came while all got what they wanted may have more.
      nextLookAt = taken < count && !outdated ? Math.max(now + leaseEveryMs, askable) : now;
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    }
  }

  function asksOf(count: number, now: number): LeaseAsk[] {
    const waiting = [...waiters].slice(slots.size, slots.size + count);
    short = new Set();
    return [...lanes.values()].flatMap((lane) => {
      const { name, limits } = lane.group;
      const room = roomOf(lane, now, count);
      if (room < count) short.add(lane);
      if (room <= 0) return [];
      const sum = waiting.reduce((total, { tokens }) => total + tokenSpacing(tokens, limits), 0);
      const tokensMs = sum / Math.max(1, waiting.length);
      return [{ name, spacingMs: requestSpacing(limits), tokensMs, room, perDay: limits.requestsPerDay }];
    });
  }

  /** @param written how many parks of each lane the database knew of when it was asked */
  function learn({ groups, unusable }: Lease, now: number, written: ReadonlyMap<Lane, number>): void {
    for (const row of groups) {
      const lane = lanes.get(row.name);
      if (!lane) continue;
      lane.known = { row, freeAt: now + row.nextInMs };
      if (written.get(lane) !== lane.parks) continue;
      // All that was said here is in there, and what others said: that it is parked, or that it is restored.
      lane.parkedUntil = row.parkedMs > 0 ? now + row.parkedMs : Number.NEGATIVE_INFINITY;
      lane.parkedWhy = row.parkedMs > 0 ? row.parkedWhy : null;
    }
    const reasons = new Map(unusable.map(({ id, reason }) => [id, reason]));
    for (const { keys } of lanes.values())
      for (const laneKey of keys) laneKey.unusable = reasons.get(laneKey.key.id) ?? null;
  }

  /** Those for whom the first slot comes too late need not wait for that. */
  function answerHopeless(): void {
    const unusable = outlook.unusable();
    const distant = unusable ? null : outlook.distant();
    if (unusable) for (const waiter of waiters) waiter.answer(unusable);
    if (!distant) return;
    for (const waiter of [...waiters].slice(slots.size))
      if (waiter.deadline < distant.at) waiter.answer(distant.answer);
  }

  function sendAway(waiter: Waiter): void {
    const withoutStorage = leasing && clock.now() - askedAt > knownForMs;
    waiter.answer(
      withoutStorage
        ? outlook.withoutStorage()
        : (outlook.unusable() ?? outlook.distant()?.answer ?? outlook.guess(waiters.size)),
    );
  }

  return {
    pace: outlook.pace,
    waiting: () => waiters.size,
    async acquire(ask) {
      if (closed) throw closed;
      const answer = waiters.wait(ask);
      // While nobody waited nobody asked, and others may have changed what was known.
      if (isKnown()) answerHopeless();
      else nextLookAt = Number.NEGATIVE_INFINITY;
      look();
      return answer;
    },
    changed(lane) {
      // Infinity: it may have come to need an end only while the statement was under way.
      if (short.has(lane) || !isUsable(lane) || nextLookAt === Number.POSITIVE_INFINITY) {
        nextLookAt = Number.NEGATIVE_INFINITY;
        outdated = true;
      }
      look();
    },
    dropLane(lane) {
      giveBack(slots.dropLane(lane));
      look();
    },
    restored() {
      restorations += 1;
      nextLookAt = Number.NEGATIVE_INFINITY;
      outdated = true;
      look();
    },
    close(reason) {
      closed = reason;
      cancelLook();
      giveBack(slots.dropAll());
      for (const waiter of waiters) waiter.reject(reason);
    },
  };
}
