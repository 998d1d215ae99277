import type { IconSet } from "./icon-set.ts";
import { knownCategories } from "./known-categories.ts";
import { createSpellings } from "./misspelt.ts";
import { synonyms } from "./synonyms.ts";
import { nameOf, singularsOf } from "./words.ts";

/**
 * How well an icon stands for what was asked for: `exact` is its name, `alias` one of our tables, `tag` a word that the
 * set has for it, `near` a part of a word or a slip of the pen, `none` an icon that stands for anything.
 */
export type Match = "exact" | "tag" | "alias" | "near" | "none";

interface FoundIcon {
  readonly icon: string;
  readonly matched: Match;
}

export interface FoundIcons {
  readonly main: FoundIcon;
  /** Up to two, for the first of the elements that something was found for. */
  readonly companions: readonly FoundIcon[];
  /** Elements that are not drawn: nothing was found for them, or there is no room. */
  readonly ignored: readonly string[];
}

/** Finds icons by words, always the same for the same words. */
export interface IconFinder {
  find(category: string, customElements: readonly string[]): FoundIcons;
}

const forAnything = "shapes";
/** They say nothing of a thing where another word does. */
const fillers = new Set(
  "a an and any best de for from in my new of on or other our small smart the to with accessories children collection equipment gear goods home items kids machine machines materials men parts power products science services stuff supplies things women".split(
    " ",
  ),
);
/** Longer ones say no more, and cost. */
const longestText = 120;
const mostWords = 8;
const mostCompanions = 2;
/** That are looked for: with words that nobody knows each takes some milliseconds. */
const mostElements = 12;

/** Makes its index of names and tags at once: some 30 ms. */
export function createIconFinder(set: IconSet): IconFinder {
  const aliases = aliasesIn(set);
  const tagged = tagIndexOf(set);
  const spellings = new Map<string, string>();
  for (const [word, icon] of tagged) if (word.length > 3) spellings.set(word, icon);
  for (const [word, icon] of aliases) spellings.set(word, icon);
  for (const icon of set.names) spellings.set(icon, icon);
  const meantBy = createSpellings([...spellings.keys()]);

  const byName = (name: string): FoundIcon | undefined => {
    for (const singular of singularsOf(name)) {
      const [icon, alias] = [set.find(singular), aliases.get(singular)];
      // Ours first: a crop is what grows on a field, where the set has the tool that cuts pictures.
      if (alias !== undefined && alias !== icon) return { icon: alias, matched: "alias" };
      if (icon !== undefined) return { icon, matched: "exact" };
    }
    return undefined;
  };
  const byTag = (name: string): FoundIcon | undefined => {
    const icon = firstOf(singularsOf(name), (singular) => tagged.get(singular));
    return icon === undefined ? undefined : { icon, matched: "tag" };
  };
  const byPart = (word: string): FoundIcon | undefined =>
    near(firstOf(singularsOf(word), (singular) => partOf(singular, set.names)));
  const bySpelling = (word: string): FoundIcon | undefined => near(spellings.get(meantBy(word) ?? ""));
  const steps = [byName, byTag, byPart, bySpelling];

  const findOne = (text: string): FoundIcon | undefined => {
    const name = nameOf(text.slice(0, longestText));
    const whole = byName(name) ?? byTag(name);
    if (whole) return whole;
    const words = name.split("-").slice(0, mostWords);
    const telling = words.filter((word) => !fillers.has(word));
    // The last word is what a thing is, those before say which.
    const tries = (telling.length > 0 ? telling : words).filter((word) => word.length > 1).toReversed();
    for (const step of steps)
      for (const word of tries) {
        const found = step(word);
        if (found) return found;
      }
    return undefined;
  };

  return {
    find(category, customElements) {
      const main = findOne(category) ?? { icon: forAnything, matched: "none" };
      const companions: FoundIcon[] = [];
      const ignored: string[] = [];
      for (const [index, element] of customElements.entries()) {
        const wanted = index < mostElements && companions.length < mostCompanions;
        const found = wanted ? findOne(element) : undefined;
        const drawn = [main, ...companions].some(({ icon }) => icon === found?.icon);
        if (found && !drawn) companions.push(found);
        else if (!drawn) ignored.push(element);
      }
      return { main, companions, ignored };
    },
  };
}

function firstOf(words: readonly string[], find: (word: string) => string | undefined): string | undefined {
  for (const word of words) {
    const found = find(word);
    if (found !== undefined) return found;
  }
  return undefined;
}

const near = (icon: string | undefined): FoundIcon | undefined =>
  icon === undefined ? undefined : { icon, matched: "near" };

/** Own words for icons, as far as this version of the set has them. */
function aliasesIn(set: IconSet): ReadonlyMap<string, string> {
  const words = Object.entries(knownCategories).flatMap(([key, { icon, aliases }]) =>
    [key, ...aliases].map((alias) => [nameOf(alias.replaceAll("_", " ")), icon] as const),
  );
  return new Map([...synonyms, ...words].filter(([, icon]) => set.find(icon) === icon));
}

/** Icons with such a word in their name show a state of another one. */
const states =
  /-(off|x|plus|minus|check|dot|cog|alert|pause|play|search|pen|lock|key|up|down|left|right|\d+)(-|$)|^(square|circle|badge|file|folder|user|message|monitor)-/;

/** For each tag the icon that it says most of: an early tag of few, of a plain icon. */
function tagIndexOf(set: IconSet): ReadonlyMap<string, string> {
  const best = new Map<string, { readonly icon: string; readonly worth: number }>();
  for (const icon of set.names) {
    const tags = set.tagsOf(icon);
    const burden = (states.test(icon) ? 12 : 0) + 2 * icon.split("-").length + tags.length / 8;
    for (const [place, tag] of tags.entries()) {
      const worth = -burden - place;
      const word = nameOf(tag);
      if (word === "") continue;
      const before = best.get(word);
      if (!before || worth > before.worth) best.set(word, { icon, worth });
    }
  }
  return new Map(Array.from(best, ([word, { icon }]) => [word, icon]));
}

/** The shortest name that has the word in it, or that is in the word. */
function partOf(word: string, names: readonly string[]): string | undefined {
  if (word.length < 4) return undefined;
  const shortest = names
    .filter((name) => name.startsWith(word) || name.includes(`-${word}`))
    .sort((one, other) => one.length - other.length)[0];
  const longest = names
    .filter((name) => name.length > 3 && (word.startsWith(name) || word.endsWith(name)))
    .sort((one, other) => other.length - one.length)[0];
  return shortest ?? longest;
}
