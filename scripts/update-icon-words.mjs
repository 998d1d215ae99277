import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Takes the search words of the icons out of a package `lucide-static`, which has 67 MB of other things beside them. By
 * hand, when `@iconify-json/lucide` gets a new version: `npm pack lucide-static` somewhere else, unpack it, and
 * `node scripts/update-icon-words.mjs <folder of the package>`.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: node scripts/update-icon-words.mjs <folder of a package lucide-static>");
  process.exit(1);
}
const target = fileURLToPath(new URL("../server/src/models/icons/local/search-words.json", import.meta.url));

/** @type {Record<string, string[]>} */
const tags = JSON.parse(await readFile(join(folder, "tags.json"), "utf8"));
// The order of an icon's words stays: the first ones say most of it.
const lines = Object.keys(tags)
  .sort()
  .map((icon) => `${JSON.stringify(icon)}: ${JSON.stringify(tags[icon])}`);
await writeFile(target, `{\n${lines.join(",\n")}\n}\n`);
await writeFile(target.replace(/json$/, "LICENSE"), await readFile(join(folder, "LICENSE")));
console.log(`${lines.length} icons in ${target}`);
