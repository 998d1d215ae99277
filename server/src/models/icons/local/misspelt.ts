/** The known spelling that a word is most likely meant to be: with no slip in the shortest, one in short, two in long ones. */
export function createSpellings(known: readonly string[]): (word: string) => string | undefined {
  const spellings = known.map((spelling) => ({ spelling, letters: lettersOf(spelling) }));
  return (word) => {
    const most = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
    const letters = lettersOf(word);
    let best: { readonly spelling: string; readonly slips: number } | undefined;
    for (const { spelling, letters: others } of spellings) {
      // A slip takes one letter out and puts one in, at most. Nearly all spellings end here.
      if (Math.abs(spelling.length - word.length) > most || bitsIn(letters ^ others) > 2 * most) continue;
      const slips = slipsBetween(word, spelling);
      if (slips <= most && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) best = { spelling, slips };
    }
    return best?.spelling;
  };
}

/** A bit for each letter that is in it. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index += 1) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

function bitsIn(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/**
 * Letters to change, add, leave out or swap with their neighbour to make one word the other (optimal string alignment).
 * A swap counts once, since that is how people mistype.
 */
function slipsBetween(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          at(last, column - 1) + (same ? 0 : 1),
          at(last, column) + 1,
          at(next, column - 1) + 1,
          swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, next];
  }
  return at(last, other.length);
}

const at = (row: readonly number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
