import type { Style } from "./canvas.ts";
import { drawAbstract } from "./styles/abstract.ts";
import { drawDetailed } from "./styles/detailed.ts";
import { drawFlat } from "./styles/flat.ts";
import { drawMinimal } from "./styles/minimal.ts";
import { drawModern } from "./styles/modern.ts";
import { drawRealistic } from "./styles/realistic.ts";
import { drawVintage } from "./styles/vintage.ts";

/** By what the names of styles make one expect; a designer tells them apart at a glance. */
export const styles = {
  minimal: drawMinimal,
  detailed: drawDetailed,
  flat: drawFlat,
  modern: drawModern,
  vintage: drawVintage,
  abstract: drawAbstract,
  realistic: drawRealistic,
} satisfies Record<string, Style>;

export type IconStyle = keyof typeof styles;
