import type { QuotaGroup, QuotaKey, RateLimited } from "./contract.ts";
import { createKeyHealth, type KeyHealth } from "./key-health.ts";
import type { LeasedGroup } from "./lease.ts";

export interface LaneKey {
  readonly key: QuotaKey;
  readonly health: KeyHealth;
  /** Why the provider refuses it for good; null where it does not. */
  unusable: string | null;
  lastError: { readonly reason: string; readonly at: Date } | null;
}

/** A quota group as this process uses it. */
export interface Lane {
  readonly group: QuotaGroup;
  readonly keys: readonly LaneKey[];
  /** Slots whose time has not come. */
  leased: number;
  /** Requests that were not settled. */
  underWay: number;
  /** What the database said last, and until when, by the clock, it has no slot; null before it was asked. */
  known: { readonly row: LeasedGroup; readonly freeAt: number } | null;
  /** By the clock: what was leased before a refusal is not sent after it. */
  parkedUntil: number;
  parkedWhy: RateLimited["scope"] | null;
  /** How often it was parked here, and how many of these times are written. */
  parks: number;
  parksWritten: number;
  /** Key that is the next one's turn. */
  turn: number;
}

export const createLane = (group: QuotaGroup): Lane => ({
  group,
  keys: group.keys.map((key) => ({ key, health: createKeyHealth(), unusable: null, lastError: null })),
  leased: 0,
  underWay: 0,
  known: null,
  parkedUntil: Number.NEGATIVE_INFINITY,
  parkedWhy: null,
  parks: 0,
  parksWritten: 0,
  turn: 0,
});

/** As if the provider had never parked it; what the database has of it is to be asked anew. */
export function unpark(lane: Lane): void {
  lane.known = null;
  lane.parkedUntil = Number.NEGATIVE_INFINITY;
  lane.parkedWhy = null;
}

/** When a key of the group may be used; Infinity where none is usable, or each is just being tried. */
export const keyFreeAt = ({ keys }: Lane): number =>
  Math.min(
    ...keys.map(({ unusable, health }) => (unusable === null ? health.freeAt() : Number.POSITIVE_INFINITY)),
  );

/** The next key in turn that may be used. */
export function takeKey(lane: Lane, now: number): LaneKey | undefined {
  for (let step = 0; step < lane.keys.length; step += 1) {
    const place = (lane.turn + step) % lane.keys.length;
    const found = lane.keys[place];
    if (!found || found.unusable !== null || found.health.freeAt() > now) continue;
    lane.turn = place + 1;
    found.health.begin();
    return found;
  }
  return undefined;
}

const isFull = ({ group, underWay, leased }: Lane): boolean =>
  group.limits.concurrency !== null && underWay + leased >= group.limits.concurrency;

/** How many slots it could use now, at most `wanted`. */
export function roomOf(lane: Lane, now: number, wanted: number): number {
  const free = lane.keys.filter(({ unusable, health }) => unusable === null && health.freeAt() <= now);
  if (free.length === 0) return 0;
  const { concurrency } = lane.group.limits;
  const room = concurrency === null ? wanted : Math.min(wanted, concurrency - lane.underWay - lane.leased);
  return free.every(({ health }) => health.isOnTrial()) ? Math.min(room, free.length) : room;
}

export const isUsable = ({ keys }: Lane): boolean => keys.some(({ unusable }) => unusable === null);

/** It is the end of a request under way that lets the next one go: nobody knows when that is. */
export const awaitsAnEnd = (lane: Lane): boolean =>
  isUsable(lane) && (isFull(lane) || keyFreeAt(lane) === Number.POSITIVE_INFINITY);

/** From when on the database has a slot, by the clock, as far as is known. */
const rowFreeAt = ({ parkedUntil, known }: Lane): number =>
  Math.max(parkedUntil, known?.freeAt ?? Number.NEGATIVE_INFINITY);

/** When it could have a slot. */
export const slotFreeAt = (lane: Lane): number => Math.max(keyFreeAt(lane), rowFreeAt(lane));

/** When it is worth asking the database, which gives slots out that long before their time. */
export const askableAt = (lane: Lane, horizonMs: number): number =>
  awaitsAnEnd(lane) ? Number.POSITIVE_INFINITY : Math.max(keyFreeAt(lane), rowFreeAt(lane) - horizonMs);
