/** What JSON can hold; inputs, options and outputs are stored as it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * How the work on one item ended. Outcomes are values: an exception that leaves a handler is a bug, and is stored as
 * the failure `internal_error`.
 */
export type Outcome =
  | {
      readonly status: "done";
      readonly output: Json;
      readonly source?: string;
      /**
       * Added up over the batch, exactly once for each stored result: a safe integer from 0, such as bytes. Of shared
       * work it is not kept, so who shares it takes it from the output.
       */
      readonly amount?: number;
    }
  | {
      readonly status: "failed";
      readonly code: string;
      readonly message: string;
      /** What was found out all the same. */
      readonly output?: Json;
    }
  | {
      readonly status: "later";
      /** Not tried again before. */
      readonly until: Date;
      /** Recorded as an attempt, unless null: waiting for a quota is not a try. */
      readonly code: string | null;
      readonly message: string | null;
      /** No other item of the batch can be begun before either, so none is. */
      readonly everyone?: true;
    }
  | {
      readonly status: "hold";
      /** A sentence for people: what has to change before the batch is resumed. */
      readonly reason: string;
      /** The same for programs, snake_case. */
      readonly code?: string;
    };

/** @param amount added up over the batch: a safe integer from 0; anything else is a bug, as no outcome is */
export const done = (output: Json, amount?: number): Outcome => ({
  ...{ status: "done", output },
  ...(amount === undefined ? {} : { amount }),
});

/** @param source SHA-256, in lower-case hex, of what the output was made from: see {@link Kind.sourceKeys} */
export const doneFrom = (source: string, output: Json): Outcome => ({ status: "done", output, source });

/**
 * @param code stable, snake_case: people and programs group failures by it
 * @param output what was found out all the same, stored as that of a success is
 */
export const failed = (code: string, message: string, output?: Json): Outcome => ({
  ...{ status: "failed", code, message },
  ...(output === undefined ? {} : { output }),
});

/** A try that was not final: counted, and visible in the history of the item. */
export const retryLater = (until: Date, code: string, message: string): Outcome => ({
  status: "later",
  until,
  code,
  message,
});

/** Nothing was tried, since something that everyone waits for is not there yet: a quota, a lease. */
export const waitUntil = (until: Date): Outcome => ({ status: "later", until, code: null, message: null });

/**
 * The same, and the other items of the batch need not be asked: none is begun before. Nothing of it counts for items of
 * other batches, so it is no outcome of shared work.
 */
export const restUntil = (until: Date): Outcome => ({
  ...{ status: "later", until, code: null, message: null },
  everyone: true,
});

/** Nothing was tried, and nothing of the batch can succeed as things are: it is paused until somebody resumes it. */
export const hold = (reason: string, code?: string): Outcome => ({
  ...{ status: "hold", reason },
  ...(code === undefined ? {} : { code }),
});

export interface ItemContext {
  readonly batchId: string;
  /** Place of the item in its batch, from 0. */
  readonly position: number;
  /** Of the batch, as its creator gave them. */
  readonly options: Json;
  /** 1 for the first try in the life of the item. */
  readonly attempt: number;
  /** 1 for the first try, and for the first after somebody had it retried: patience begins anew with it. */
  readonly freshAttempt: number;
  /**
   * Aborted when the batch was paused or ended, or the process ends. What is under way may finish; what has begun nothing
   * that costs, such as waiting for a quota, gives up and asks for later.
   */
  readonly halting: AbortSignal;
  /**
   * Aborted when the outcome will not be stored: the item took too long, another worker has the chunk, or the process
   * ends and its time of grace is over. A pause or a cancel lets items finish.
   */
  readonly signal: AbortSignal;
  /**
   * Does work that several items may ask for once: items with one key, in any batch and any process, share its outcome.
   * What was `done` is stored before anything else happens and is never done again; other outcomes are not kept. Who
   * comes while another process works on it is told to come later. Work that throws, or whose item is aborted, is begun
   * again by whoever shared it.
   */
  readonly once: (key: string, work: Work, options?: OnceOptions) => Promise<Outcome>;
}

/** @param previous the value that became too old, null where there is none */
export type Work = (previous: Json) => Promise<Outcome>;

export interface OnceOptions {
  /** A value that was stored earlier is too old: the work is done again, and given the old value. */
  readonly freshSince?: Date | null;
  /** Doing it once more after a crash costs next to nothing, so its value may be lost with the last moments before one. */
  readonly cheap?: boolean;
}

/** What a feature gives the engine: a name, and what to do with one item. */
export interface Kind {
  /** Stored with each batch; never reused for something else. */
  readonly name: string;
  /** Items of one chunk that are worked on at once. */
  readonly concurrency: number;
  /**
   * Chunks of this kind that a process works on at once, apart from those of other kinds: an item that takes a minute then
   * keeps nobody else's from being begun. Without it kinds share the slots of the engine.
   */
  readonly slots?: number;
  /** An item that takes longer fails as `timed_out`. Milliseconds. */
  readonly itemTimeoutMs: number;
  /**
   * Keys of shared work on a source begin with this, then have the source, then a slash. With the last result that was
   * made from a source, what is kept about it goes too. Without this, values of shared work stay.
   */
  readonly sourceKeys?: string;
  /** Batches that ended longer ago are removed. Null, 0 and nothing said: kept for good. */
  readonly retentionDays?: number | null;
  handle(input: Json, context: ItemContext): Promise<Outcome>;
}
