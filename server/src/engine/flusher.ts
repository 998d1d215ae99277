/** Rows wait in memory until a flush; this bounds how many, and for how long. */
export interface FlusherOptions<Row> {
  /** Stores rows; rejects when it could not, and then all of them are handed over again later. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly maxRows: number;
  readonly maxDelayMs: number;
}

export interface Flusher<Row> {
  /** Resolves at once, or, while more rows wait than two flushes hold, when there is room again. */
  add(row: Row): Promise<void>;
  /** Resolves when everything added so far is stored. */
  drain(): Promise<void>;
}

/**
 * Collects rows and stores them in the order they came, one flush at a time: as soon as there are `maxRows`, and at the
 * latest `maxDelayMs` after the first.
 *
 * After a write has rejected, every further call rejects with its reason: the writer has given up on these rows.
 */
export function createFlusher<Row>({ write, maxRows, maxDelayMs }: FlusherOptions<Row>): Flusher<Row> {
  let waiting: Row[] = [];
  /** The flushes under way, one after the other, and the present one of them. */
  let writing: Promise<void> | null = null;
  let present: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let broken: { readonly reason: unknown } | null = null;

  const writeSome = async (): Promise<void> => {
    const rows = waiting.slice(0, maxRows);
    waiting = waiting.slice(maxRows);
    try {
      await write(rows);
    } catch (reason) {
      broken ??= { reason };
    }
  };

  const writeWhile = async (wanted: () => boolean): Promise<void> => {
    while (waiting.length > 0 && !broken && wanted()) {
      present = writeSome();
      await present;
    }
  };

  /** Starts a flush unless one is under way; goes on as long as `wanted` says. */
  const flush = (wanted: () => boolean): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    writing ??= writeWhile(wanted).finally(() => {
      writing = null;
      if (waiting.length > 0 && !broken) arm();
    });
    return writing;
  };

  const arm = () => {
    timer ??= setTimeout(() => void flush(() => true), maxDelayMs);
  };

  const throwIfBroken = () => {
    if (broken) throw broken.reason;
  };

  return {
    async add(row) {
      throwIfBroken();
      waiting.push(row);
      if (waiting.length >= maxRows) void flush(() => waiting.length >= maxRows);
      else if (!writing) arm();
      while (waiting.length >= maxRows * 2 && writing && !broken) await present;
      throwIfBroken();
    },
    async drain() {
      while (waiting.length > 0 && !broken) await flush(() => true);
      if (writing) await writing;
      throwIfBroken();
    },
  };
}
