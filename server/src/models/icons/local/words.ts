/** In small letters without accents, joined by hyphens as the names of icons are. */
export const nameOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/&/g, " and ")
    .match(/[\p{L}\p{N}]+/gu)
    ?.join("-") ?? "";

/** The name itself, then what it may be the plural of. */
export function singularsOf(name: string): readonly string[] {
  const endings: readonly (readonly [RegExp, string])[] = [
    [/ies$/, "y"],
    [/(ch|sh|s|x)es$/, "$1"],
    [/([^s])s$/, "$1"],
  ];
  const found = endings
    .filter(([ending]) => ending.test(name))
    .map(([ending, put]) => name.replace(ending, put));
  return [...new Set([name, ...found])];
}
