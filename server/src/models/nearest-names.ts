/** The `count` names most like `wanted`: those that contain it or are contained in it first, then by edit distance. */
export function nearestNames(wanted: string, names: readonly string[], count: number): string[] {
  const needle = wanted.trim().toLowerCase();
  return names
    .map((name) => ({ name, distance: distanceOf(needle, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(needle.length, name.length) / 2)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

function distanceOf(needle: string, name: string): number {
  // "sonnet" shall find every Sonnet, although most of the name is missing from it.
  const contained = needle.length >= 3 && (name.includes(needle) || needle.includes(name));
  return contained ? Math.abs(name.length - needle.length) / 100 : editDistance(needle, name);
}

/** Levenshtein distance in one row of memory. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, charOfA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charOfB] of [...b].entries()) {
      const substituted = at(row, j) + (charOfA === charOfB ? 0 : 1);
      next.push(Math.min(substituted, at(row, j + 1) + 1, at(next, j) + 1));
    }
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
