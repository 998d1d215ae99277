import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Glyph, glyphOf } from "./glyph.ts";

/** The open set that all local icons come from. */
export interface IconSet {
  /** Names of all icons that stand on their own, without the aliases. */
  readonly names: readonly string[];
  /** The icon of a name or of an older name for it. */
  find(name: string): string | undefined;
  /** Words that people search it by, the nearest first. */
  tagsOf(name: string): readonly string[];
  /** @throws {Error} for a name that is not in `names` */
  glyph(name: string): Glyph;
}

const iconsSchema = z.object({
  icons: z.record(z.string(), z.object({ body: z.string(), hidden: z.boolean().optional() })),
  aliases: z.record(z.string(), z.object({ parent: z.string() })),
});
const tagsSchema = z.record(z.string(), z.array(z.string()));

/** Words of its `lucide-static`; `scripts/update-icon-words.mjs` writes them. */
const searchWords = new URL("search-words.json", import.meta.url);

/** Reads Lucide: some 20 ms, and 10 MB that stay. */
export function readIconSet(): IconSet {
  const read = (file: URL): unknown => JSON.parse(readFileSync(file, "utf8"));
  const { icons, aliases } = iconsSchema.parse(
    read(new URL(import.meta.resolve("@iconify-json/lucide/icons.json"))),
  );
  const tags = new Map(Object.entries(tagsSchema.parse(read(searchWords))));
  // Hidden ones are trademarks, and older drawings of icons that have a new name.
  const shown = new Map(Object.entries(icons).filter(([, { hidden }]) => hidden !== true));
  const renamed = new Map(Object.entries(aliases).map(([name, { parent }]) => [name, parent]));
  return {
    names: [...shown.keys()],
    find: (name) => [name, renamed.get(name)].find((known) => known !== undefined && shown.has(known)),
    tagsOf: (name) => tags.get(name) ?? [],
    glyph(name) {
      const icon = shown.get(name);
      if (!icon) throw new Error(`There is no icon "${name}" in the set.`);
      return glyphOf(name, icon.body);
    },
  };
}
