import type { Logger } from "pino";
import { type Claim, claimChunk } from "./claim.ts";
import type { Kind } from "./kind.ts";
import { renewLeases, takeBackChunks } from "./lease.ts";
import { repeat } from "./repeat.ts";
import { isSuspicious, runSlice, type Slice, type SliceDependencies } from "./slice.ts";

export interface WorkersOptions extends SliceDependencies {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Chunks worked on at once, of all kinds that have no slots of their own. */
  readonly slots: number;
  /** Longest time until a chunk that is due, or freed by another process, is noticed. */
  readonly pollMs: number;
  /** How often leases are renewed and the state of running batches is read: a pause is noticed within it at the latest. */
  readonly renewMs: number;
  /** How often leases of workers that died are looked for. */
  readonly sweepMs: number;
}

export interface Workers {
  /** Look now: a batch was started, or the state of one was changed. Where all slots are taken, one is made free soon. */
  wake(): void;
  /** Begins no more items of a batch. */
  halt(batchId: string): void;
  /** Begins no more items, lets those under way finish within the time of grace, gives every chunk back. */
  stop(graceMs: number): Promise<void>;
}

/** Works on chunks of all active batches until stopped. An outage of the database only makes it wait. */
export function startWorkers(options: WorkersOptions): Workers {
  const { database, kinds, slots, leaseMs } = options;
  const logger: Logger = options.logger;
  const running = new Set<Slice>();
  /** Kinds that share slots, or one that has its own. */
  const pools = poolsOf(kinds, slots);
  let stopping = false;
  let woken = false;
  let sleeper: (() => void) | null = null;

  const findWork = () => {
    woken = true;
    sleeper?.();
  };

  const sleep = async (ms: number) => {
    if (!woken && !stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        sleeper = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    sleeper = null;
    woken = false;
  };

  const runningIn = ({ names }: Pool) => [...running].filter(({ claim }) => names.has(claim.kind));

  const claimNext = async (): Promise<Claim | null> => {
    const free = pools.filter((pool) => runningIn(pool).length < pool.slots);
    if (free.length === 0) return null;
    const names = free.flatMap((pool) => [...pool.names]);
    return await claimChunk(database.sql, names, leaseMs);
  };

  const halt = (batchId: string) => {
    for (const slice of running) if (slice.claim.batchId === batchId) slice.halt();
  };

  const onFlushed: WorkersOptions["onFlushed"] = (batchId, flushed) => {
    // What one slice finds, or did itself when it held the batch, the others need not find too.
    if (flushed.state !== "processing") halt(batchId);
    options.onFlushed(batchId, flushed);
  };

  /** Resolves when the next chunk may be claimed. */
  const begin = async (claim: Claim): Promise<void> => {
    const kind = kinds.get(claim.kind);
    if (!kind) throw new Error(`claimed a chunk of ${claim.kind}, which this process cannot work on`);
    // Whether an item kills its process can be told only if nothing else is under way in it.
    const alone = isSuspicious(claim);
    const others = alone ? [...running] : [];
    for (const other of others) other.stop();
    const slice = runSlice({ ...options, onFlushed }, kind, claim, {
      stopped: stopping,
      after: Promise.all(others.map(({ ended }) => ended)),
    });
    running.add(slice);
    void slice.ended.then(() => {
      running.delete(slice);
      findWork();
    });
    if (alone) await slice.ended;
  };

  const look = async () => {
    while (!stopping) {
      try {
        const claim = await claimNext();
        if (claim) await begin(claim);
        else await sleep(options.pollMs);
      } catch (error) {
        logger.warn({ err: error }, "no chunk could be claimed; trying again");
        await sleep(options.pollMs);
      }
    }
  };

  const renew = async () => {
    const slices = [...running];
    if (slices.length === 0) return;
    const states = await renewLeases(
      database.sql,
      slices.map(({ claim }) => claim),
      leaseMs,
    );
    for (const slice of slices) {
      const state = states.get(slice.claim.leaseToken);
      if (state === undefined) slice.lose();
      else if (state !== "processing") slice.halt();
    }
  };

  const sweep = async () => {
    const count = await takeBackChunks(database.sql, {
      all: false,
      held: [...running].map(({ claim }) => claim.leaseToken),
    });
    if (count > 0) logger.warn({ count }, "took chunks back from workers that died");
    if (count > 0) findWork();
  };

  const looking = look();
  const renewing = repeat(renew, options.renewMs, logger);
  const sweeping = repeat(sweep, options.sweepMs, logger);

  return {
    wake() {
      // Of items that take seconds, or that wait for a quota, turns last as long as they may: who was just started does not
      // wait for their end.
      for (const pool of pools) {
        const [longest, ...others] = runningIn(pool);
        if (others.length + 1 >= pool.slots) longest?.halt();
      }
      findWork();
      renewing.wake();
    },
    halt,
    async stop(graceMs) {
      stopping = true;
      for (const slice of running) slice.halt();
      const timer = setTimeout(() => {
        for (const slice of running) slice.cut();
      }, graceMs);
      findWork();
      await looking;
      await Promise.all([...running].map(({ ended }) => ended));
      clearTimeout(timer);
      await Promise.all([renewing.stop(), sweeping.stop()]);
    },
  };
}

interface Pool {
  readonly names: ReadonlySet<string>;
  readonly slots: number;
}

function poolsOf(kinds: ReadonlyMap<string, Kind>, slots: number): readonly Pool[] {
  const shared = new Set<string>();
  const own: Pool[] = [];
  for (const { name, slots: ownSlots } of kinds.values()) {
    if (ownSlots === undefined) shared.add(name);
    else own.push({ names: new Set([name]), slots: ownSlots });
  }
  return [{ names: shared, slots }, ...own].filter(({ names }) => names.size > 0);
}
