import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import { throughOutages } from "../../platform/database/through-outages.ts";
import { parkMs } from "./back-off.ts";
import { createBooks } from "./books.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { GroupStatus, QuotaGroup, QuotaLimits, QuotaStatus, Quotas } from "./contract.ts";
import type { DayReset } from "./day-reset.ts";
import { createDispatch } from "./dispatch.ts";
import { createLane, type Lane, unpark } from "./lane.ts";
import { createOpening } from "./open-slot.ts";
import { createQuotaStore } from "./store.ts";
import { suspectSharing } from "./suspicion.ts";
import { parkReasons } from "./wait-reasons.ts";

export interface QuotasOptions {
  readonly database: QueryExecutorProvider;
  /** What the limits are for, such as `gemini`: processes that say the same share the groups of the same name. */
  readonly scope: string;
  /** Where keys that are refused are written down: all that is asked with the same keys shares it. `scope` if absent. */
  readonly keyScope?: string;
  readonly groups: readonly QuotaGroup[];
  readonly dayReset: DayReset;
  /** What was written in the background has failed; an outage of the database is none. */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
  /** The database's own time where nothing is said. */
  readonly time?: () => RawBuilder<unknown>;
}

/**
 * Hands out the right to send a request, so that all processes together stay within the limits of each group and yet use
 * them. Keys of a group take turns.
 */
export function createQuotas(options: QuotasOptions): Quotas {
  const { database, scope, keyScope = scope, groups, dayReset, onError, clock = systemClock } = options;
  const { time = () => sql`clock_timestamp()` } = options;
  if (groups.length === 0 || groups.some(({ keys }) => keys.length === 0))
    throw new TypeError("quotas are for groups with keys");
  const lanes = new Map(groups.map((group) => [group.name, createLane(group)]));
  const keyIds = groups.flatMap(({ keys }) => keys.map(({ id }) => id));
  const store = createQuotaStore({ database, scope, keyScope, time });
  const closed = new AbortController();
  const books = createBooks({ store, clock, closed: closed.signal, onError });
  let registered: Promise<void> | undefined;

  const register = () => store.register([...lanes.keys()], keyIds);
  const dispatch = createDispatch({
    lanes,
    clock,
    dayReset,
    lease: (asked) =>
      throughOutages(async () => {
        registered ??= register().catch((error: unknown) => {
          registered = undefined;
          throw error;
        });
        await registered;
        const leased = await store.lease(asked);
        // A restored backup has none of the rows.
        if (leased.groups.length < asked.asks.length) registered = undefined;
        return leased;
      }, closed.signal),
    open: createOpening({
      clock,
      books,
      parkMs: (end, refusals) => parkMs(end, { refusals, now: clock.date(), dayReset }),
      onParked: (lane) => dispatch.dropLane(lane),
      onEnded: (lane) => dispatch.changed(lane),
    }),
    giveBack(unused) {
      for (const lane of new Set(unused.map((slot) => slot.lane))) {
        const group = lane.group.name;
        void books.tell((current) =>
          current.giveBack(
            group,
            unused.filter((slot) => slot.lane === lane),
          ),
        );
      }
    },
  });
  return {
    acquire: (ask) => dispatch.acquire(ask),
    pace: () => dispatch.pace(),
    waiting: () => dispatch.waiting(),
    status: async () => statusOf(lanes, await store.read()),
    async restore(keyId) {
      const ids = new Set(await store.restore(keyId ?? null));
      const names = keyId === undefined ? await store.unpark() : [];
      const keys = [...lanes.values()].flatMap((lane) => lane.keys);
      for (const laneKey of keys)
        if (keyId === undefined || laneKey.key.id === keyId) laneKey.unusable = null;
      if (keyId === undefined) for (const lane of lanes.values()) unpark(lane);
      dispatch.restored();
      return {
        keys: keys.filter(({ key }) => ids.has(key.id)).map(({ key }) => key.label),
        unparked: names.filter((name) => lanes.has(name)),
      };
    },
    async close() {
      dispatch.close(new Error("the quotas are closed"));
      closed.abort();
      await books.close();
    },
  };
}

type Stored = Awaited<ReturnType<ReturnType<typeof createQuotaStore>["read"]>>;

/** What the provider said, or the end of a day whose requests are used up: whichever is later. */
function parkedOf(row: Stored["groups"][number], { requestsPerDay }: QuotaLimits): GroupStatus["parked"] {
  const { parkedUntil, parkedWhy, usedToday, dayEnds } = row;
  if (dayEnds && requestsPerDay !== null && usedToday >= requestsPerDay && dayEnds > (parkedUntil ?? 0))
    return { waitUntil: dayEnds, reason: parkReasons.day };
  return parkedUntil && parkedWhy && { waitUntil: parkedUntil, reason: parkReasons[parkedWhy] };
}

function statusOf(lanes: ReadonlyMap<string, Lane>, { groups, unusable }: Stored): QuotaStatus {
  const rows = new Map(groups.map((row) => [row.name, row]));
  const refusals = new Map(unusable.map((row) => [row.id, row]));
  return {
    asked: groups.length > 0,
    groups: [...lanes.values()].map(({ group, keys }): GroupStatus => {
      const row = rows.get(group.name);
      return {
        name: group.name,
        limits: group.limits,
        factor: row?.factor ?? 1,
        parked: row ? parkedOf(row, group.limits) : null,
        usedToday: row?.usedToday ?? 0,
        keys: keys.map(({ key: { id, label }, lastError }) => {
          const refused = refusals.get(id);
          const error = refused ? { reason: refused.reason, at: refused.since } : lastError;
          return { id, label, usable: !refused, lastError: error };
        }),
      };
    }),
    suspicions: suspectSharing(groups.filter(({ name }) => lanes.has(name))),
  };
}
