import { type Colour, colourOf, contrastOf, luminanceOf } from "./colour.ts";

export const colorSchemes = [
  "monochrome",
  "colorful",
  "blue_tones",
  "warm_tones",
  "cool_tones",
  "brand_colors",
] as const;
export type ColorScheme = (typeof colorSchemes)[number];

/** One hue from black, 0, to white, 1. Very dark and very light colours have less chroma; `strength` scales it. */
export type Ramp = (lightness: number, strength?: number) => Colour;

/** The colours of an icon. Icons of a set differ in hue at most: equal roles are equally light and strong. */
export interface Palette {
  readonly primary: Ramp;
  /** Near to the first one: the other end of a gradient. */
  readonly secondary: Ramp;
  /** For what is small. */
  readonly accent: Ramp;
}

interface Hues {
  readonly primary: number;
  readonly secondary: number;
  readonly accent: number;
  readonly chroma: number;
}

/**
 * @param place of the icon in its set, 0 to 1: where it stands in the hues of the scheme
 * @param turn what the seed turns all hues of a set by, in degrees; brand colours stay
 */
export function paletteOf(scheme: ColorScheme, place: number, turn: number): Palette {
  const { primary, secondary, accent, chroma } = huesOf(scheme, place, turn);
  return {
    primary: rampOf(primary, chroma),
    secondary: rampOf(secondary, chroma),
    accent: rampOf(accent, chroma),
  };
}

function huesOf(scheme: ColorScheme, place: number, turn: number): Hues {
  const within = (from: number, to: number) => from + (to - from) * place;
  switch (scheme) {
    case "monochrome":
      return { primary: 0, secondary: 0, accent: 0, chroma: 0 };
    case "colorful": {
      // Around the circle, but for yellow and olive, which do not bear to be dark.
      const hue = within(148, 408) + turn;
      return { primary: hue, secondary: hue + (hue > 320 ? -38 : 38), accent: hue + 170, chroma: 0.19 };
    }
    case "blue_tones": {
      const hue = within(246, 264) + turn / 3;
      return { primary: hue, secondary: hue + 16, accent: hue - 42, chroma: 0.17 };
    }
    case "warm_tones": {
      const hue = within(8, 56) + turn / 3;
      return { primary: hue, secondary: hue - 26, accent: 82 + turn / 3, chroma: 0.18 };
    }
    case "cool_tones": {
      const hue = within(168, 292) + turn / 2;
      return { primary: hue, secondary: hue + 30, accent: hue < 220 ? 265 : 178, chroma: 0.13 };
    }
    case "brand_colors":
      // Whose brand it is is not known: a violet with a magenta and an amber, the same for every set.
      return { primary: 290, secondary: 328, accent: 70, chroma: 0.19 };
  }
}

function rampOf(hue: number, chroma: number): Ramp {
  return (lightness, strength = 1) => {
    // What has no colour needs more shade to be as strong.
    if (chroma === 0) return colourOf([lightness ** 1.4, 0, 0]);
    const bright = Math.min(1, (1 - lightness) / 0.3);
    const deep = Math.min(1, 0.35 + lightness / 0.62);
    return colourOf([lightness, chroma * strength * bright * deep, hue]);
  };
}

/**
 * The colour of the ramp nearest to `lightness` that has the contrast to all of the others.
 *
 * @param others all lighter, or all darker, than it shall be
 */
export function readable(
  ramp: Ramp,
  { lightness, against, contrast = 3, strength = 1 }: ReadableOptions,
): Colour {
  const mean = against.reduce((sum, other) => sum + luminanceOf(other), 0) / against.length;
  const step = luminanceOf(ramp(lightness, strength)) > mean ? 0.01 : -0.01;
  for (let at = lightness; at > 0 && at < 1; at += step) {
    const colour = ramp(at, strength);
    if (against.every((other) => contrastOf(colour, other) >= contrast)) return colour;
  }
  return step > 0 ? "#ffffff" : "#000000";
}

interface ReadableOptions {
  readonly lightness: number;
  readonly against: readonly Colour[];
  readonly contrast?: number;
  readonly strength?: number;
}
