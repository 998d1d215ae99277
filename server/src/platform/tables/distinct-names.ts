/**
 * Gives each name once, compared as Windows, macOS and Excel do: without regard to case or to how accents are composed.
 * @param numbered the name with ` (2)`, ` (3)`… where it was taken
 */
export function createDistinctNames(numbered: (name: string, suffix: string) => string) {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  const comparable = (name: string) => name.normalize("NFC").toLowerCase();

  return (name: string): string => {
    let distinct = name;
    let number = lastNumbers.get(comparable(name)) ?? 1;
    while (taken.has(comparable(distinct))) {
      number += 1;
      distinct = numbered(name, ` (${number})`);
    }
    lastNumbers.set(comparable(name), number);
    taken.add(comparable(distinct));
    return distinct;
  };
}
