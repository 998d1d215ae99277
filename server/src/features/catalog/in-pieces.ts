import { setImmediate } from "node:timers/promises";
import { createTurns } from "../../platform/turns.ts";

/**
 * Makes something of each item of pages, some items at a time. However many readers there are, others get the event loop
 * between two pieces: of all of them together, one is made in a turn of it.
 *
 * @param pieceItems as many as are a few milliseconds of work
 */
export function createInPieces(pieceItems: number) {
  const inTurn = createTurns();
  return async function* <Item, Made>(
    pages: AsyncIterable<readonly Item[]>,
    make: (item: Item) => Made,
  ): AsyncGenerator<readonly Made[]> {
    for await (const items of pages) {
      for (let first = 0; first < items.length; first += pieceItems) {
        yield await inTurn("piece", async () => {
          await setImmediate();
          return items.slice(first, first + pieceItems).map(make);
        });
      }
    }
  };
}
