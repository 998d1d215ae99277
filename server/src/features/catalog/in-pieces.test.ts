import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { numbers } from "../../../test/engine/world.ts";
import { createInPieces } from "./in-pieces.ts";

test("many readers of large pages have everything, in order, and leave the event loop between two pieces of any of them", async () => {
  const inPieces = createInPieces(50);
  let turn = 0;
  let reading = true;
  const counting = (async () => {
    while (reading) {
      await setImmediate();
      turn += 1;
    }
  })();
  const made = new Map<number, number>();
  const readers = numbers(20).map(async () => {
    const read: number[] = [];
    const pieces = inPieces(pages(2, 1_000), (item) => {
      made.set(turn, (made.get(turn) ?? 0) + 1);
      return item;
    });
    for await (const piece of pieces) read.push(...piece);
    return read;
  });
  for (const read of await Promise.all(readers)) expect(read).toEqual(numbers(2_000));
  reading = false;
  await counting;
  // A turn that is counted before one piece, and after the next one.
  expect(Math.max(...made.values())).toBeLessThanOrEqual(2 * 50);
});

async function* pages(count: number, size: number) {
  for (const page of numbers(count)) yield numbers(size).map((place) => page * size + place);
}
