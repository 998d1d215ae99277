import { hash } from "node:crypto";
import { categoryAliases, type KnownCategory, knownCategories } from "./category-aliases.ts";

interface Category {
  /** `[a-z0-9_]`, at most 60 characters, neither beginning nor ending with `_`: a folder on any system. */
  readonly key: string;
  /** Whether it is one of the categories that the API names. */
  readonly known: boolean;
}

/**
 * Any text → its category: by the table of aliases, else by the longest alias within it, else by its own words.
 *
 * Whole words only: a carpet is not automotive.
 */
export function normaliseCategory(text: string): Category {
  const words = folded(text);
  const known = aliases.get(words) ?? longestWithin(words);
  return known ? { key: known, known: true } : { key: keyOf(words, text), known: false };
}

/**
 * @returns for nothing the keys of all known categories; else all names and aliases that hold the text, in Title Case
 * and sorted
 */
export function suggestions(query: string): readonly string[] {
  if (query.trim() === "") return knownCategories;
  const wanted = folded(query);
  if (wanted === "") return [];
  return [...aliases.keys()]
    .filter((alias) => alias.includes(wanted))
    .map(titleCase)
    .sort();
}

/** Lower-case words with single spaces between them, in ASCII where the letters have a form in it. */
export const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[ßæœøłđ]/g, (letter) => inAscii[letter] ?? letter)
    .replace(/\p{M}+|['’]/gu, "")
    .replaceAll("&", " and ")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();

/** Letters that no normalisation takes apart. */
const inAscii: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d" };

const aliases: ReadonlyMap<string, KnownCategory> = new Map(
  knownCategories.flatMap((key) =>
    [key.replaceAll("_", " "), ...categoryAliases[key]].map((alias) => [alias, key] as const),
  ),
);

function longestWithin(words: string): KnownCategory | undefined {
  const padded = ` ${words} `;
  let longest = "";
  for (const alias of aliases.keys()) {
    const isWithin = numbersOf(alias).some((words) => padded.includes(` ${words} `));
    if (isWithin && alias.length > longest.length) longest = alias;
  }
  return aliases.get(longest);
}

/** One of them, or several; some of these are no words, and do no harm. */
const numbersOf = (alias: string) => [alias, `${alias}s`, `${alias}es`, alias.replace(/y$/, "ies")];

const mostCharacters = 60;
/** Names that Windows gives to devices, whatever the folder. */
const device = /^(?:con|prn|aux|nul|(?:com|lpt)\d)$/;

function keyOf(words: string, text: string): string {
  const key = words.replaceAll(" ", "_").slice(0, mostCharacters).replace(/_+$/, "");
  // Of a text without Latin letters nothing is left, and two of them are two categories all the same.
  if (key === "") return `category_${hash("sha256", text.trim()).slice(0, 8)}`;
  return device.test(key) ? `category_${key}` : key;
}

const titleCase = (words: string) => words.replace(/(?<=^| )[a-z]/g, (letter) => letter.toUpperCase());
