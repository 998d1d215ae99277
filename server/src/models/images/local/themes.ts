import type { CompositionName } from "./composition-name.ts";
import type { Lch } from "./oklab.ts";

/** Five colours from dark to light, one that stands out, and compositions that suit them. */
export interface Theme {
  readonly stops: readonly [Lch, Lch, Lch, Lch, Lch];
  readonly accent: Lch;
  /** Compositions that suit it, several so that seeds differ; none where all do. */
  readonly compositions: readonly CompositionName[];
  /** Whether the dark ones are to cover most of the picture. */
  readonly dark: boolean;
}

const theme = (
  stops: Theme["stops"],
  accent: Lch,
  compositions: readonly CompositionName[],
  { dark = false } = {},
): Theme => ({ stops, accent, compositions, dark });

const landscape = ["hills", "waves", "aurora", "ribbons"] as const;

const sunset = theme(
  [
    [0.27, 0.1, 305],
    [0.45, 0.16, 345],
    [0.63, 0.19, 28],
    [0.78, 0.15, 58],
    [0.93, 0.07, 88],
  ],
  [0.95, 0.08, 95],
  landscape,
);
const ocean = theme(
  [
    [0.25, 0.07, 255],
    [0.42, 0.1, 240],
    [0.6, 0.11, 222],
    [0.78, 0.09, 200],
    [0.95, 0.03, 190],
  ],
  [0.8, 0.13, 60],
  ["waves", "ribbons", "aurora", "contours"],
);
const forest = theme(
  [
    [0.25, 0.05, 165],
    [0.4, 0.08, 152],
    [0.56, 0.1, 140],
    [0.75, 0.11, 122],
    [0.94, 0.05, 105],
  ],
  [0.82, 0.14, 80],
  ["hills", "contours", "mosaic", "waves"],
);
const night = theme(
  [
    [0.16, 0.05, 275],
    [0.28, 0.09, 280],
    [0.43, 0.12, 288],
    [0.64, 0.11, 290],
    [0.93, 0.04, 90],
  ],
  [0.9, 0.1, 92],
  ["constellation", "hills", "aurora", "orbs"],
  { dark: true },
);
const space = theme(
  [
    [0.14, 0.05, 280],
    [0.31, 0.13, 295],
    [0.51, 0.19, 325],
    [0.72, 0.13, 215],
    [0.95, 0.04, 210],
  ],
  [0.83, 0.15, 75],
  ["constellation", "orbs", "aurora", "contours"],
  { dark: true },
);
const desert = theme(
  [
    [0.34, 0.09, 28],
    [0.52, 0.12, 42],
    [0.69, 0.12, 60],
    [0.83, 0.09, 76],
    [0.95, 0.035, 88],
  ],
  [0.6, 0.1, 205],
  ["hills", "waves", "contours", "ribbons"],
);
const autumn = theme(
  [
    [0.29, 0.07, 25],
    [0.45, 0.14, 34],
    [0.61, 0.17, 50],
    [0.77, 0.15, 76],
    [0.94, 0.06, 95],
  ],
  [0.55, 0.09, 150],
  ["hills", "mosaic", "tiles", "contours"],
);
const winter = theme(
  [
    [0.34, 0.06, 255],
    [0.55, 0.07, 242],
    [0.75, 0.055, 228],
    [0.89, 0.03, 215],
    [0.975, 0.01, 210],
  ],
  [0.68, 0.15, 30],
  ["hills", "contours", "mosaic", "aurora"],
);
const spring = theme(
  [
    [0.44, 0.1, 152],
    [0.64, 0.13, 132],
    [0.76, 0.13, 355],
    [0.87, 0.08, 12],
    [0.97, 0.02, 100],
  ],
  [0.84, 0.15, 90],
  ["mosaic", "contours", "orbs", "ribbons", "tiles"],
);
const beach = theme(
  [
    [0.42, 0.1, 235],
    [0.65, 0.12, 205],
    [0.82, 0.1, 185],
    [0.9, 0.07, 90],
    [0.97, 0.025, 90],
  ],
  [0.72, 0.17, 35],
  ["waves", "ribbons", "hills", "tiles"],
);
const fire = theme(
  [
    [0.2, 0.06, 18],
    [0.4, 0.15, 25],
    [0.59, 0.21, 35],
    [0.77, 0.17, 62],
    [0.95, 0.1, 98],
  ],
  [0.97, 0.09, 100],
  ["ribbons", "contours", "waves", "aurora"],
  { dark: true },
);
const neon = theme(
  [
    [0.17, 0.06, 280],
    [0.36, 0.18, 290],
    [0.62, 0.25, 345],
    [0.8, 0.14, 205],
    [0.96, 0.05, 200],
  ],
  [0.88, 0.18, 125],
  ["tiles", "orbs", "mosaic", "aurora", "ribbons"],
  { dark: true },
);
const minimal = theme(
  [
    [0.38, 0.03, 50],
    [0.66, 0.07, 42],
    [0.82, 0.045, 65],
    [0.91, 0.02, 80],
    [0.97, 0.008, 85],
  ],
  [0.58, 0.12, 32],
  ["orbs", "contours", "hills", "aurora"],
);
const vintage = theme(
  [
    [0.32, 0.055, 205],
    [0.54, 0.08, 190],
    [0.66, 0.15, 42],
    [0.82, 0.12, 82],
    [0.95, 0.03, 92],
  ],
  [0.5, 0.15, 25],
  ["tiles", "contours", "waves", "hills"],
);
const pastel = theme(
  [
    [0.66, 0.1, 300],
    [0.78, 0.09, 352],
    [0.86, 0.07, 42],
    [0.92, 0.055, 150],
    [0.97, 0.02, 95],
  ],
  [0.7, 0.14, 15],
  ["aurora", "orbs", "ribbons", "waves"],
);
const mountain = theme(
  [
    [0.29, 0.05, 262],
    [0.45, 0.07, 255],
    [0.62, 0.065, 245],
    [0.81, 0.06, 42],
    [0.96, 0.03, 75],
  ],
  [0.78, 0.15, 55],
  landscape,
);
const wood = theme(
  [
    [0.25, 0.04, 48],
    [0.41, 0.07, 50],
    [0.59, 0.09, 60],
    [0.78, 0.07, 76],
    [0.95, 0.03, 86],
  ],
  [0.68, 0.13, 40],
  ["contours", "ribbons", "tiles", "orbs"],
);
const luxury = theme(
  [
    [0.17, 0.015, 270],
    [0.34, 0.05, 78],
    [0.6, 0.11, 82],
    [0.81, 0.12, 90],
    [0.96, 0.045, 96],
  ],
  [0.9, 0.1, 92],
  ["ribbons", "contours", "tiles", "orbs"],
  { dark: true },
);
const romance = theme(
  [
    [0.32, 0.11, 5],
    [0.5, 0.18, 10],
    [0.67, 0.17, 8],
    [0.82, 0.1, 12],
    [0.95, 0.03, 30],
  ],
  [0.87, 0.1, 70],
  ["ribbons", "aurora", "orbs", "waves"],
);
const business = theme(
  [
    [0.26, 0.06, 262],
    [0.44, 0.13, 260],
    [0.62, 0.14, 248],
    [0.82, 0.08, 225],
    [0.97, 0.015, 220],
  ],
  [0.76, 0.16, 60],
  ["tiles", "ribbons", "mosaic", "orbs", "contours"],
);

const words: readonly (readonly [Theme, string])[] = [
  [sunset, "sunset sunrise dusk dawn evening twilight sundown"],
  [ocean, "ocean sea water lake river underwater wave fish whale rain coast harbor harbour marine"],
  [forest, "forest jungle tree wood leaf leaves moss fern garden meadow grass nature green tea park"],
  [night, "night midnight moon moonlight dream owl dark darkness sleep"],
  [space, "space galaxy cosmos cosmic nebula star planet universe astronaut rocket alien orbit astronomy"],
  [desert, "desert dune sand canyon savanna camel sahara egypt pyramid clay terracotta"],
  [autumn, "autumn fall harvest pumpkin october maple thanksgiving"],
  [winter, "winter snow ice icy glacier frost arctic polar christmas penguin cold"],
  [spring, "spring flower blossom floral petal butterfly bloom tulip bouquet easter"],
  [beach, "beach summer tropical island palm holiday vacation pool surf lagoon"],
  [fire, "fire lava volcano flame dragon inferno ember burning explosion phoenix"],
  [
    neon,
    "neon city cityscape cyberpunk futuristic robot urban skyline technology tech digital disco hologram",
  ],
  [minimal, "minimal minimalist minimalistic simple clean zen calm quiet scandinavian ceramic studio"],
  [vintage, "vintage retro bauhaus antique poster seventies 70s diner nostalgic"],
  [pastel, "pastel soft cute kawaii candy unicorn baby cloud dreamy fairy sweet"],
  [mountain, "mountain hill alps peak landscape valley hiking cliff fog mist misty"],
  [wood, "coffee wooden chocolate bread bakery cabin bear horse leather rustic caramel"],
  [luxury, "luxury gold golden elegant jewelry jewellery perfume royal crown premium watch"],
  [romance, "love romance romantic rose wedding heart valentine kiss"],
  [business, "business office product corporate startup company finance medical hospital app software logo"],
];

const themes: ReadonlyMap<string, Theme> = new Map(
  words.flatMap(([theme, list]) => list.split(" ").map((word) => [word, theme] as const)),
);

/** What a word of a prompt makes one think of. */
export const themeOf = (word: string): Theme | undefined => themes.get(word);
