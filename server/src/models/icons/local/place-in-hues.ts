import { createRandom } from "../../images/local/random.ts";
import { knownCategories } from "./known-categories.ts";
import { nameOf } from "./words.ts";

/** Steps of the golden section lie far from each other, however many there are. */
const step = (Math.sqrt(5) - 1) / 2;

const keys = Object.keys(knownCategories).map((key) => nameOf(key.replaceAll("_", " ")));

/** Where a category stands among the hues of a scheme, 0 to 1: known ones far apart, others by chance. */
export function placeInHues(category: string, icon: string): number {
  const known = keys.indexOf(nameOf(category.replaceAll("_", " ")));
  return known < 0 ? createRandom(`hue of ${icon}`).next() : (known * step) % 1;
}
