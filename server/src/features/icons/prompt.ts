import { hash } from "node:crypto";
import { folded, normaliseCategory } from "./categories.ts";
import { knownCategories } from "./category-aliases.ts";
import type { ColorScheme, IconStyle } from "./choices.ts";
import { colorWords, styleWords, subjectWords } from "./prompt-words.ts";

/** Goes up with every change of the words: icons of older ones are not taken for the same. */
const promptVersion = 1;

/** What an icon is to be. */
export interface IconSubject {
  /** As somebody wrote it. */
  readonly category: string;
  readonly style: IconStyle;
  readonly colorScheme: ColorScheme;
  /** What is to be seen; none: what is usual for the category. */
  readonly customElements: readonly string[];
  /** From 0: which of several icons of the same words. Absent: the first. */
  readonly take?: number;
}

export interface PromptSubject extends IconSubject {
  /**
   * `white` for a model that makes no transparent pictures: asked for transparency, such a model draws the grey and white
   * squares by which other programs show it.
   */
  readonly background: "transparent" | "white";
}

/**
 * What a model is told. What distinguishes the icon comes first: FLUX reads 256 tokens only, and others weigh the
 * beginning most.
 */
export function iconPrompt(subject: PromptSubject): string {
  const { category, style, colorScheme, background, take = 0 } = subject;
  return [
    `A single icon for “${unquoted(category)}”, showing ${shownIn(subject)}.`,
    `Style: ${styleWords[style]}.`,
    `Colours: ${colorWords[colorScheme]}.`,
    `${backgrounds[background]} No text, letters, digits, logos, frame or watermark.`,
    "One compact subject, centred, seen from the front, filling four fifths of a square canvas, readable at 32 pixels.",
    "Part of a set: same scale, line weight, corner radius and light from the top left in every icon.",
    ...(take === 0 ? [] : [`Composition ${take + 1}: arrange the subject unlike the usual way.`]),
  ].join("\n");
}

const backgrounds: Readonly<Record<PromptSubject["background"], string>> = {
  transparent: "Transparent background: nothing behind the subject, no ground, no cast shadow.",
  white: "Plain pure white background: nothing behind the subject, no ground, no cast shadow.",
};

function shownIn({ category, customElements }: IconSubject): string {
  if (customElements.length > 0)
    return `${listed(customElements.map(unquoted))}, joined into one compact symbol`;
  const { key } = normaliseCategory(category);
  const known = knownCategories.find((each) => each === key);
  if (!known) return "the one object that people think of first";
  // An alias is narrower than its category: for “headphones” nobody wants a laptop.
  return key === wordsAsKey(category) ? subjectWords[known] : "the one object that people think of first";
}

const wordsAsKey = (category: string) => folded(category).replaceAll(" and ", " ").replaceAll(" ", "_");

/** On one line, and without what would end the quotation. */
const unquoted = (text: string) =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(/[“”"]/g, "")
    .trim();

const listed = (words: readonly string[]) => new Intl.ListFormat("en", { type: "conjunction" }).format(words);

/** All that an icon depends on. */
export interface CacheKeyParts extends IconSubject {
  readonly provider: string;
  readonly model: string;
  /** As the model is asked for it: `1024x1024`. */
  readonly size: string;
  /** As the model is asked for it; null where it is left to it. */
  readonly quality: string | null;
  /** What the model is told; of one that is told nothing, anything that stands for its version. */
  readonly prompt: string;
}

/** @returns SHA-256, hexadecimal: the same for two requests that may be answered with the same icon */
export function cacheKey(parts: CacheKeyParts): string {
  const { prompt, size, quality, provider, model, style, colorScheme, category, customElements } = parts;
  return hash(
    "sha256",
    // A list, not joined text: of parts that people write, two others could come out the same.
    JSON.stringify([
      ...[promptVersion, prompt, size, quality, provider, model, style, colorScheme],
      ...[category, customElements, parts.take ?? 0],
    ]),
  );
}
