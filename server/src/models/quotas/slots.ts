import type { Clock } from "./clock.ts";
import type { Lane } from "./lane.ts";
import type { Lease } from "./lease.ts";

/** A time at which one request may go out. */
export interface LeasedSlot {
  readonly lane: Lane;
  /** By this process's clock. */
  readonly dueAt: number;
  /** By the database's, in milliseconds since 1970. */
  readonly slotAt: number;
  /** What was taken for its tokens, at the whole limit. */
  readonly tokensMs: number;
  /** To the next slot of the group, if this is the last one. */
  readonly spacingMs: number;
}

/** The slots of a lease that was answered at `now`: by differences, so that nobody's clock has to be right. */
export function slotsOf(
  { now: databaseNow, groups }: Lease,
  lanes: ReadonlyMap<string, Lane>,
  now: number,
  tokensMs: ReadonlyMap<string, number>,
): LeasedSlot[] {
  return groups.flatMap(({ name, slots, inMs, stepMs, spacingMs }) => {
    const lane = lanes.get(name);
    if (!lane) return [];
    return Array.from({ length: slots }, (_, place) => ({
      lane,
      dueAt: now + inMs + place * stepMs,
      slotAt: databaseNow + inMs + place * stepMs,
      tokensMs: tokensMs.get(name) ?? 0,
      spacingMs,
    }));
  });
}

export interface SlotQueue {
  readonly size: number;
  add(slots: readonly LeasedSlot[]): void;
  /** Takes the one that is due last. */
  dropLast(): readonly LeasedSlot[];
  /** Takes all of a lane. */
  dropLane(lane: Lane): readonly LeasedSlot[];
  dropAll(): readonly LeasedSlot[];
}

/** Slots that wait for their time, with one timer for the next. */
export function createSlotQueue(clock: Clock, onDue: (slot: LeasedSlot) => void): SlotQueue {
  let queue: LeasedSlot[] = [];
  let cancel = () => {};

  function arm(): void {
    cancel();
    const [next] = queue;
    if (next) cancel = clock.after(next.dueAt - clock.now(), fire);
  }
  function fire(): void {
    // Node's timers may be a millisecond early, and a slot must not be.
    for (let next = queue[0]; next && next.dueAt <= clock.now(); next = queue[0]) {
      queue.shift();
      next.lane.leased -= 1;
      onDue(next);
    }
    arm();
  }
  function keep(slots: LeasedSlot[]): void {
    queue = slots;
    arm();
  }
  function drop(dropped: readonly LeasedSlot[]): readonly LeasedSlot[] {
    if (dropped.length === 0) return dropped;
    for (const { lane } of dropped) lane.leased -= 1;
    const gone = new Set(dropped);
    keep(queue.filter((slot) => !gone.has(slot)));
    return dropped;
  }
  return {
    get size() {
      return queue.length;
    },
    add(slots) {
      for (const { lane } of slots) lane.leased += 1;
      keep([...queue, ...slots].sort((one, other) => one.dueAt - other.dueAt));
      fire();
    },
    dropLast: () => drop(queue.slice(-1)),
    dropLane: (lane) => drop(queue.filter((slot) => slot.lane === lane)),
    dropAll: () => drop(queue),
  };
}
