/**
 * Tells whether an address was there before, in 16 bytes for each of them: a set of the texts themselves takes ten times
 * as much, and a file may hold ten million rows. It keeps two 32-bit hashes, so of a million addresses two different
 * ones are taken for one with a probability of one in 37 million.
 */
export function createSeenAddresses() {
  let slots = new Uint32Array(2 * 1024);
  let count = 0;

  /** Puts a pair where it belongs, unless it is there. This runs a million times a second: it allocates nothing. */
  const put = (table: Uint32Array, first: number, second: number): boolean => {
    const mask = table.length - 2;
    for (let slot = (first << 1) & mask; ; slot = (slot + 2) & mask) {
      const present = table[slot];
      if (present === 0) {
        table[slot] = first;
        table[slot + 1] = second;
        return true;
      }
      if (present === first && table[slot + 1] === second) return false;
    }
  };

  const grow = () => {
    // Each time all of it is moved, so small tables grow in larger steps.
    const larger = new Uint32Array(slots.length * (slots.length < 2 ** 20 ? 4 : 2));
    for (let index = 0; index < slots.length; index += 2) {
      const first = slots[index] ?? 0;
      if (first !== 0) put(larger, first, slots[index + 1] ?? 0);
    }
    slots = larger;
  };

  return {
    /** @returns false where it was there already */
    add(address: string): boolean {
      // FNV-1a over pairs of characters, with two different primes.
      let first = 0x811c9dc5;
      let second = 0x9747b28c;
      const last = address.length - 1;
      for (let index = 0; index < last; index += 2) {
        const pair = address.charCodeAt(index) | (address.charCodeAt(index + 1) << 16);
        first = Math.imul(first ^ pair, 0x01000193);
        first ^= first >>> 15;
        second = Math.imul(second ^ pair, 0x5bd1e995);
        second ^= second >>> 13;
      }
      const odd = last % 2 === 0 ? address.charCodeAt(last) : 0;
      // 0 marks an empty slot.
      const added = put(
        slots,
        mixed(first ^ odd) || 1,
        mixed(Math.imul(second ^ odd, 0x5bd1e995) ^ address.length),
      );
      if (!added) return false;
      count += 1;
      // Two thirds full at most, so that an empty slot is never far.
      if (count * 3 > slots.length) grow();
      return true;
    },
  };
}

/** Spreads every bit of a hash over all of them (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
