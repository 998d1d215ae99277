import { DatabaseUnavailable } from "../../platform/database/errors.ts";
import { type Amounts, amountsOf, type BatchCost, type EndedCall } from "./settle.ts";

interface EndsOptions {
  /** Stores ends; the same ones may be handed over again. */
  readonly write: (ended: readonly EndedCall[]) => Promise<readonly BatchCost[]>;
  readonly onWritten: (costs: readonly BatchCost[]) => void;
  readonly onError: (error: unknown) => void;
}

interface Ends {
  add(ended: EndedCall): void;
  /**
   * Reads sums that ends move, while none is being written: what is read and {@link pending} are then the whole, and
   * nothing is in both.
   */
  whileStill<Value>(read: () => Promise<Value>): Promise<Value>;
  /** Of a batch: ends that are not written yet. */
  pending(batchId: string): Amounts;
  /** Writes all; rejects where it cannot. */
  flush(): Promise<void>;
  stop(): void;
}

/**
 * An end waits between one and two of these, in milliseconds: longer than the answer it brought takes to be stored. A
 * crash between the two leaves a call that may have been paid for nothing, and never one that looks like a plain success
 * whose row is asked again.
 */
const ripeningMs = 250;

/** Ends of calls on their way into the database, in groups. While that is away they wait in memory. */
export function createEnds({ write, onWritten, onError }: EndsOptions): Ends {
  let fresh: EndedCall[] = [];
  let ripe: EndedCall[] = [];
  let writing: readonly EndedCall[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other, whatever becomes of each. */
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };

  /** What cannot be stored, for whatever reason, must not take those with it that were gathered with it. */
  const writeEach = async (calls: readonly EndedCall[]): Promise<void> => {
    if (calls.length === 0) return;
    try {
      onWritten(await write(calls));
    } catch (error) {
      if (error instanceof DatabaseUnavailable || calls.length === 1) throw error;
      const half = Math.ceil(calls.length / 2);
      const failures: unknown[] = [];
      for (const part of [calls.slice(0, half), calls.slice(half)])
        await writeEach(part).catch((failure: unknown) => void failures.push(failure));
      const away = failures.find((failure) => failure instanceof DatabaseUnavailable);
      if (failures.length > 0) throw away ?? failures[0];
    }
  };

  const writeRipe = () =>
    inTurn(async () => {
      writing = ripe;
      ripe = fresh;
      fresh = [];
      try {
        await writeEach(writing);
      } catch (error) {
        if (error instanceof DatabaseUnavailable) ripe = [...writing, ...ripe];
        throw error;
      } finally {
        writing = [];
      }
    });

  const schedule = () => {
    if (stopped || timer || fresh.length + ripe.length === 0) return;
    timer = setTimeout(tick, ripeningMs);
  };

  const tick = () => {
    timer = null;
    void writeRipe()
      .catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) onError(error);
      })
      .then(schedule);
  };

  return {
    add(ended) {
      fresh.push(ended);
      schedule();
    },
    whileStill: inTurn,
    pending(batchId) {
      const sum = {
        calls: 0,
        inputTokens: 0,
        outputTokens: 0,
        costMicros: 0,
        unpriced: 0,
        possiblyPaidTwice: 0,
      };
      for (const ended of [fresh, ripe, writing].flat()) {
        if (ended.batchId !== batchId) continue;
        const amounts = amountsOf(ended.end);
        for (const name of Object.keys(sum) as (keyof Amounts)[]) sum[name] += amounts[name];
      }
      return sum;
    },
    async flush() {
      ripe = [...ripe, ...fresh];
      fresh = [];
      await writeRipe();
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
