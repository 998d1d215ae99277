import type { CompositionName } from "./composition-name.ts";
import { aurora } from "./compositions/aurora.ts";
import { constellation } from "./compositions/constellation.ts";
import { contours } from "./compositions/contours.ts";
import { hills } from "./compositions/hills.ts";
import { mosaic } from "./compositions/mosaic.ts";
import { orbs } from "./compositions/orbs.ts";
import { ribbons } from "./compositions/ribbons.ts";
import { tiles } from "./compositions/tiles.ts";
import { waves } from "./compositions/waves.ts";
import { themesIn } from "./palette.ts";
import { createRandom } from "./random.ts";
import type { Composition } from "./scene.ts";

const compositions: Readonly<Record<CompositionName, Composition>> = {
  aurora,
  constellation,
  contours,
  hills,
  mosaic,
  orbs,
  ribbons,
  tiles,
  waves,
};
const all = Object.keys(compositions).filter((name) => name in compositions) as CompositionName[];

/** One that suits the words; seeds that follow each other get different ones. */
export function chooseComposition(prompt: string, words: readonly string[], seed: number): Composition {
  const suiting = [...new Set(themesIn(words).flatMap((theme) => theme.compositions))];
  const choice = suiting.length > 0 ? suiting : all;
  const first = createRandom(prompt).whole(0, choice.length - 1);
  return compositions[choice[(first + seed) % choice.length] ?? "aurora"];
}
