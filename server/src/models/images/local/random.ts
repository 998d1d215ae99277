import { createHash } from "node:crypto";

/** A stream of numbers that only its name decides. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  between(least: number, most: number): number;
  /** A whole number, both ends included. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  /** One of them; they are never none. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** sfc32 of PractRand (Chris Doty-Humphrey), started from SHA-256, so that names that differ by a letter share nothing. */
export function createRandom(name: string): Random {
  const digest = createHash("sha256").update(name).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + (most - least) * next(),
    whole: (least, most) => least + Math.floor((most - least + 1) * next()),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(items.length * next())] ?? items[0],
  };
}
