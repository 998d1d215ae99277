import { expect, test } from "vitest";
import { createSeenAddresses } from "./seen-addresses.ts";

/** Numbers that are the same in every run (Park and Miller). */
function createRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

test.each([1, 2, 3])("it tells what a set of the texts tells, however often it grows (seed %d)", (seed) => {
  const random = createRandom(seed);
  const seen = createSeenAddresses();
  const known = new Set<string>();
  const wrong: string[] = [];
  for (let count = 0; count < 40_000; count += 1) {
    // Near neighbours, and about as many repeated as new.
    const address = `https://shop-${random(7)}.example/images/${random(4_000)}.jpg`;
    if (seen.add(address) === known.has(address)) wrong.push(address);
    known.add(address);
  }
  expect(wrong).toEqual([]);
  expect(known.size).toBeGreaterThan(20_000);
});

test("addresses that are much alike are different ones", () => {
  const seen = createSeenAddresses();
  const alike = [
    "",
    "\u0000",
    "\u0000\u0000",
    "a",
    "b",
    "ab",
    "ba",
    "a ",
    "https://é",
    "https://e\u0301",
    "ā",
    "Ā",
  ];
  expect(alike.map((address) => seen.add(address))).toEqual(alike.map(() => true));
  expect(alike.map((address) => seen.add(address))).toEqual(alike.map(() => false));
});

test("a hundred thousand rows that count up are a hundred thousand addresses", () => {
  const seen = createSeenAddresses();
  let added = 0;
  for (let index = 0; index < 100_000; index += 1) if (seen.add(`https://cdn.example/p/${index}`)) added += 1;
  expect(added).toBe(100_000);
});
