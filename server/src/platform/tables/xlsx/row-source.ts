import type { Pages, Row } from "../cell.ts";

export type RowSource = ReturnType<typeof createRowSource>;

/** Pages of rows that several sheets take their share of, one after the other. */
export function createRowSource(pages: Pages<Row>) {
  const iterator = (async function* () {
    yield* pages;
  })();
  let waiting: readonly Row[] = [];
  let ended = false;

  async function hasMore(): Promise<boolean> {
    while (waiting.length === 0 && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else waiting = next.value;
    }
    return waiting.length > 0;
  }

  return {
    hasMore,
    /** What comes next, up to a page. */
    async peek(): Promise<readonly Row[]> {
      await hasMore();
      return waiting;
    },
    /** At most so many rows; the others stay. */
    async *take(count: number): AsyncGenerator<readonly Row[]> {
      let left = count;
      while (left > 0 && (await hasMore())) {
        const taken = waiting.slice(0, left);
        waiting = waiting.slice(left);
        left -= taken.length;
        yield taken;
      }
    },
    async close(): Promise<void> {
      await iterator.return();
    },
  };
}
