import type { OcrEngine, StartOcrEngine } from "./ocr-engine.ts";

export interface OcrPoolSettings {
  /** Engines at most; each keeps a core busy. */
  readonly size: number;
  /** Engines are ended after so long without work. Milliseconds. */
  readonly idleMs: number;
  readonly start: StartOcrEngine;
  /** Calls `action` after that time, unless the function that it returns was called before. */
  readonly schedule: (action: () => void, milliseconds: number) => () => void;
}

/** Reads with one engine, in as many passes as it likes. */
type Reading<Result> = (engine: OcrEngine) => Promise<Result>;

export interface OcrPool {
  /**
   * Lends an engine, in order of arrival. An engine whose reading fails or is aborted is ended, since nobody can say
   * what state it is in; the next reading gets a new one.
   *
   * @throws the signal's reason once it is aborted; what `reading` throws; `PoolClosed`
   */
  read<Result>(signal: AbortSignal, reading: Reading<Result>): Promise<Result>;
  /** Rejects what waits and what runs, and ends every engine. */
  close(): Promise<void>;
  state(): { readonly engines: number; readonly reading: number; readonly waiting: number };
}

export class PoolClosed extends Error {
  override readonly name = "PoolClosed";
}

/** Engines that are started when there is work, lent to one reading at a time and ended when there is none. */
export function createOcrPool({ size, idleMs, start, schedule }: OcrPoolSettings): OcrPool {
  const idle: OcrEngine[] = [];
  const lent = new Set<OcrEngine>();
  const ending = new Set<Promise<void>>();
  const queue: { lend(engine: OcrEngine): void }[] = [];
  const closing = new AbortController();
  let cancelIdle = () => {};

  function end(engine: OcrEngine): void {
    const ended = engine.end().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  const engineOrNone = () => idle.pop() ?? (lent.size < size ? start() : undefined);

  function lendWaiting(): void {
    while (queue.length > 0) {
      const engine = engineOrNone();
      if (!engine) return;
      lent.add(engine);
      queue.shift()?.lend(engine);
    }
    if (lent.size === 0 && idle.length > 0) {
      cancelIdle = schedule(() => {
        for (const engine of idle.splice(0)) end(engine);
      }, idleMs);
    }
  }

  function takeBack(engine: OcrEngine, usable: boolean): void {
    lent.delete(engine);
    if (closing.signal.aborted) return;
    if (usable) idle.push(engine);
    else end(engine);
    lendWaiting();
  }

  function turn(signal: AbortSignal): Promise<OcrEngine> {
    const { promise, resolve, reject } = Promise.withResolvers<OcrEngine>();
    const waiting = {
      lend: (engine: OcrEngine) => {
        signal.removeEventListener("abort", leave);
        resolve(engine);
      },
    };
    const leave = () => {
      queue.splice(queue.indexOf(waiting), 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    queue.push(waiting);
    cancelIdle();
    lendWaiting();
    return promise;
  }

  return {
    async read(callerSignal, reading) {
      const signal = AbortSignal.any([callerSignal, closing.signal]);
      signal.throwIfAborted();
      const engine = await turn(signal);
      let usable = false;
      try {
        signal.throwIfAborted();
        const result = await orAborted(reading(engine), signal);
        usable = true;
        return result;
      } finally {
        takeBack(engine, usable);
      }
    },

    async close() {
      cancelIdle();
      closing.abort(new PoolClosed("Text recognition is closed."));
      for (const engine of [...idle.splice(0), ...lent]) end(engine);
      await Promise.all(ending);
    },

    state: () => ({ engines: idle.length + lent.size, reading: lent.size, waiting: queue.length }),
  };
}

/** Rejects with the signal's reason as soon as it is aborted, whatever the work does. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
