import { expect, test } from "vitest";
import { createTurns } from "../src/pages/prepare/turns.ts";

/** Work that ends when it is told to. */
function works(count: number) {
  const begun: number[] = [];
  const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const work = (at: number) => async () => {
    begun.push(at);
    await gates[at]?.promise;
    return at;
  };
  return { begun, gates, work };
}

test("so many are worked on at a time, in order; one that fails makes room as well", async () => {
  const inTurn = createTurns(2);
  const { begun, gates, work } = works(4);
  const { signal } = new AbortController();
  const all = [0, 1, 2, 3].map((at) => inTurn(signal, work(at)));
  const ended = Promise.allSettled(all);
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  gates[1]?.reject(new Error("no"));
  await expect(all[1]).rejects.toThrow("no");
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const gate of gates) gate.resolve();
  expect((await ended).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("who is not wanted any more leaves the line, and takes nobody's place", async () => {
  const inTurn = createTurns(1);
  const { begun, gates, work } = works(3);
  const { signal } = new AbortController();
  const leaver = new AbortController();
  const first = inTurn(signal, work(0));
  const second = inTurn(leaver.signal, work(1));
  const third = inTurn(signal, work(2));
  leaver.abort(new Error("left"));
  await expect(second).rejects.toThrow("left");
  for (const gate of gates) gate.resolve();
  expect(await Promise.all([first, third])).toEqual([0, 2]);
  expect(begun).toEqual([0, 2]);
  await expect(inTurn(leaver.signal, work(1))).rejects.toThrow("left");
});
