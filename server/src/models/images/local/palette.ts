import { hueOf } from "./hues.ts";
import { type Lab, type Lch, labOf } from "./oklab.ts";
import type { Random } from "./random.ts";
import { type Theme, themeOf } from "./themes.ts";

/** The colours of a picture. */
export interface Palette {
  /** From the darkest at 0 to the lightest at 1. Not to be written to. */
  ramp(place: number): Readonly<Lab>;
  /** Stands out from all of them. */
  readonly accent: Readonly<Lab>;
  /** Whether the dark ones are to cover most of the picture. */
  readonly dark: boolean;
}

const darkWords = new Set(["dark", "black", "night", "midnight", "moody", "noir", "gothic"]);
const lightWords = new Set(["bright", "light", "white", "sunny", "airy", "day", "morning", "pastel"]);
const vividWords = new Set(["vivid", "vibrant", "colorful", "colourful", "saturated", "neon", "bold"]);
const dullWords = new Set(["muted", "pale", "faded", "subtle", "soft", "foggy", "misty", "vintage"]);

/** In small letters and without the s of a plural, which few of the words known here need. */
export const wordsOf = (prompt: string): readonly string[] =>
  (
    prompt
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).flatMap((word) => (word.length > 3 && word.endsWith("s") ? [word, word.slice(0, -1)] : [word]));

/** What the words of a prompt make one think of, in their order. */
export const themesIn = (words: readonly string[]): readonly Theme[] => [
  ...new Set(words.map(themeOf).filter((theme) => theme !== undefined)),
];

/** Colours that a prompt names count most, then what it makes one think of; without either, chance decides. */
export function choosePalette(words: readonly string[], random: Random): Palette {
  const named = [...new Set(words.map(hueOf).filter((hue) => hue !== undefined))];
  const [theme] = themesIn(words);
  const turn = random.between(-7, 7);
  const says = (list: ReadonlySet<string>) => words.some((word) => list.has(word));
  const strength = random.between(0.92, 1.1) * (says(vividWords) ? 1.2 : 1) * (says(dullWords) ? 0.65 : 1);
  const base = named.length > 0 ? ofHues(named, random) : (theme ?? ofHarmony(random));
  const vary = ([lightness, chroma, hue]: Lch): Lab => labOf([lightness, chroma * strength, hue + turn]);
  const dark = says(darkWords) || (!says(lightWords) && (theme?.dark ?? random.chance(0.35)));
  return { ramp: rampOf(base.stops.map(vary)), accent: vary(base.accent), dark };
}

type Base = Pick<Theme, "stops" | "accent">;
type Hue = readonly [hue: number, chroma: number];

const lightnesses = [0.24, 0.42, 0.6, 0.79, 0.95] as const;
/** Dark and light colours bear less chroma. */
const chromas = [0.55, 0.95, 1, 0.72, 0.25] as const;

function ofHues(named: readonly Hue[], random: Random): Base {
  const [first = [0, 0] as const] = named;
  const spread = random.pick([-24, 24]);
  const at = (place: 0 | 1 | 2 | 3 | 4): Lch => {
    const [hue, chroma] = named[Math.floor((place * named.length) / 5)] ?? first;
    // A single one is spread to its neighbours, as light does on anything of one colour.
    const bent = named.length === 1 ? hue + (spread * (place - 2)) / 2 : hue;
    return [lightnesses[place], chroma * chromas[place], inShade(bent, place)];
  };
  const last = named.at(-1) ?? first;
  const accent: Lch = [0.78, Math.max(last[1], 0.06) * 0.9, last[0] + (named.length === 1 ? 165 : 20)];
  return { stops: [at(0), at(1), at(2), at(3), at(4)], accent };
}

/** The shade of yellow is brown, not olive: the darker, the further it turns to red. */
function inShade(hue: number, place: number): number {
  const from = ((hue % 360) + 360) % 360;
  const yellow = from > 60 && from < 135 ? Math.min(from - 60, 45) : 0;
  return hue - yellow * Math.max(0, 1.3 - place * 0.35);
}

/** Hues at angles that go together. */
function ofHarmony(random: Random): Base {
  // From green by blue to orange: the darkest colour leads, and a dark yellow is mud.
  const hue = random.between(150, 410);
  const [near, far] = random.pick([
    [35, 70],
    [40, 180],
    [25, 150],
    [-30, -65],
    [120, 150],
    [-25, 190],
  ]);
  const [chroma, soft] = [random.between(0.11, 0.17), random.between(0.7, 1)];
  const at = (place: 0 | 1 | 2 | 3 | 4, turn: number): Lch => [
    lightnesses[place],
    chroma * chromas[place] * (place > 2 ? soft : 1),
    inShade(hue + turn, place),
  ];
  return {
    stops: [at(0, 0), at(1, near * 0.5), at(2, near), at(3, far), at(4, far + 10)],
    accent: [0.8, 0.15, hue + far + random.pick([150, 180, -120])],
  };
}

/** Fine enough that no step is seen. */
const entries = 1_024;

function rampOf(stops: readonly Lab[]): Palette["ramp"] {
  const table = Array.from({ length: entries }, (_, index) => {
    const place = (index / (entries - 1)) * (stops.length - 1);
    const left = stops[Math.min(Math.floor(place), stops.length - 2)];
    const right = stops[Math.min(Math.floor(place) + 1, stops.length - 1)];
    const share = place - Math.min(Math.floor(place), stops.length - 2);
    const between = (part: keyof Lab) =>
      (left?.[part] ?? 0) + share * ((right?.[part] ?? 0) - (left?.[part] ?? 0));
    return { l: between("l"), a: between("a"), b: between("b") };
  });
  const [darkest = { l: 0, a: 0, b: 0 }] = table;
  return (place) => table[Math.min(Math.max(Math.round(place * (entries - 1)), 0), entries - 1)] ?? darkest;
}
