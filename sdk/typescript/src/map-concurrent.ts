export interface ConcurrencyOptions<Item> {
  /** How many are worked on at a time. Default: 4. */
  readonly concurrency?: number | undefined;
  /** Bytes that those together may have. One that is larger is worked on alone. Default: no limit. */
  readonly maxBytes?: number | undefined;
  /** Bytes of one; asked before it is begun. */
  readonly sizeOf?: ((item: Item) => number | Promise<number>) | undefined;
  /** Once it is aborted, no more are begun. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of one item. */
export type Settled<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: unknown };

/**
 * Works on many items, a few at a time, and as many as fit into memory; what fails is told beside what succeeds, in the
 * order of the items. They are taken as they are needed, so the list may be longer than memory is large.
 *
 * @throws the signal's reason where it was aborted
 */
export async function* mapConcurrent<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, index: number) => Promise<Result>,
  options: ConcurrencyOptions<Item> = {},
): AsyncGenerator<Settled<Result> & { readonly item: Item }, void, undefined> {
  const { concurrency = 4, maxBytes = Number.POSITIVE_INFINITY, sizeOf = () => 0, signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new TypeError("concurrency: a whole number from 1");
  if (!(maxBytes > 0)) throw new TypeError("maxBytes: a number of bytes, more than 0");
  /** Begun and not yet told of, the oldest first. */
  const waiting: Promise<Settled<Result> & { readonly item: Item }>[] = [];
  let running = 0;
  let bytes = 0;
  let freed: () => void = () => {};
  let index = 0;

  for await (const item of items) {
    const told = await sizeOf(item);
    // With a NaN among them the sum would be one from then on, and limit nothing.
    if (!(told >= 0)) throw new TypeError(`sizeOf: expected a number of bytes, not ${told}`);
    const size = Math.min(told, maxBytes);
    while (running >= concurrency || (running > 0 && bytes + size > maxBytes)) {
      await new Promise<void>((resolve) => {
        freed = resolve;
      });
    }
    signal?.throwIfAborted();
    running += 1;
    bytes += size;
    waiting.push(
      settle(work, item, index).finally(() => {
        running -= 1;
        bytes -= size;
        freed();
      }),
    );
    index += 1;
    // Results that nobody has taken are memory too.
    while (waiting.length > concurrency) yield await takeFirst();
  }
  while (waiting.length > 0) yield await takeFirst();

  async function takeFirst() {
    const first = waiting.shift();
    if (!first) throw new RangeError("Nothing is waiting.");
    return await first;
  }
}

async function settle<Item, Result>(
  work: (item: Item, index: number) => Promise<Result>,
  item: Item,
  index: number,
): Promise<Settled<Result> & { readonly item: Item }> {
  try {
    return { ok: true, item, value: await work(item, index) };
  } catch (error) {
    return { ok: false, item, error };
  }
}
