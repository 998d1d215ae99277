import { createHash } from "node:crypto";
import { createRandom } from "../../images/local/random.ts";
import type { Canvas } from "./canvas.ts";
import { createIconFinder, type FoundIcons, type Match } from "./find-icons.ts";
import { readIconSet } from "./icon-set.ts";
import { type ColorScheme, paletteOf } from "./palette.ts";
import { placeInHues } from "./place-in-hues.ts";
import { type IconStyle, styles } from "./styles.ts";
import { documentOf } from "./svg.ts";

export interface LocalIconRequest {
  /** Free text. It only chooses among icons: none of it gets into the drawing. */
  readonly category: string;
  /** Free texts; the first two that something is found for are drawn small. */
  readonly customElements: readonly string[];
  readonly style: IconStyle;
  readonly colorScheme: ColorScheme;
  /** Icons of a set share it: then they have the same shape behind them and the same light. */
  readonly seed: string;
}

/** Where a drawing comes from, and under which licence. */
interface LocalIconMetadata {
  readonly source: "lucide";
  readonly license: "ISC";
  /** Names in the set: the main one, then the small ones. */
  readonly icons: readonly string[];
  readonly provider: "local";
  /** How well the main icon stands for the category. */
  readonly matched: Match;
  /** Custom elements that are not drawn. */
  readonly ignored: readonly string[];
}

interface LocalIcon {
  /** 1024 × 1024 units, with nothing in it but shapes and a notice of the licence; safe to be part of a page. */
  readonly svg: string;
  readonly metadata: LocalIconMetadata;
}

/** Icons without a provider: found in an open set, composed and restyled. Nothing is generated. */
export interface LocalIcons {
  find(category: string, customElements: readonly string[]): FoundIcons;
  /** The same request is the same drawing, until this code or the set changes. Takes some milliseconds. */
  draw(request: LocalIconRequest): LocalIcon;
}

/** Reads the set and makes its index: some 0.1 s, once. */
export function createLocalIcons(): LocalIcons {
  const set = readIconSet();
  const finder = createIconFinder(set);
  return {
    find: finder.find,
    draw(request) {
      const { category, customElements, style, colorScheme, seed } = request;
      const { main, companions, ignored } = finder.find(category, customElements);
      const icons = [main, ...companions].map(({ icon }) => icon);
      const prefix = idOf([...icons, style, colorScheme, seed]);
      const canvas: Canvas = {
        main: set.glyph(main.icon),
        companions: companions.map(({ icon }) => set.glyph(icon)),
        palette: paletteOf(colorScheme, placeInHues(category, main.icon), turnOf(seed)),
        random: createRandom(`icons ${style} ${seed}`),
        id: (name) => `${prefix}-${name}`,
      };
      return {
        svg: documentOf(styles[style](canvas).elements),
        metadata: {
          source: "lucide",
          license: "ISC",
          icons,
          provider: "local",
          matched: main.matched,
          ignored,
        },
      };
    },
  };
}

/** Degrees that all hues of a set are turned by: enough that two sets differ, not that blue is green. */
const turnOf = (seed: string): number => createRandom(`icon hues ${seed}`).between(-12, 12);

/** Drawings that stand in one page must not share names of gradients. */
const idOf = (parts: readonly string[]): string =>
  `i${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10)}`;
