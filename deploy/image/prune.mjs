import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What packages bring for those who develop with them. Node.js strips no types inside of packages. */
const notRun = /\.(?:[cm]?tsx?|map|md|markdown|flow|tsbuildinfo)$/i;
const licence = /licen[cs]e|notice|copying/i;
const foldersNotRun = new Set([".github", "__tests__", "benchmarks", "examples", "test", "tests"]);

/** Large parts that this service never opens: of tesseract what is for browsers, and the larger of its networks. */
const unused = new Map([
  ["tesseract.js-core", /\.wasm\.js$/],
  ["@tesseract.js-data/eng", /^4\.0\.0$/],
]);

const packages = join(import.meta.dirname, "..", "..", "node_modules");
prune(packages);
for (const [name, pattern] of unused) {
  const found = readdirSync(join(packages, name)).filter((entry) => pattern.test(entry));
  // Another version may have other files: that is to be looked at, not to be larger unnoticed.
  if (found.length === 0) throw new Error(`${name} has nothing that matches ${pattern}.`);
  for (const entry of found) rmSync(join(packages, name, entry), { recursive: true });
}

/** @param {string} folder */
function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) {
      if (foldersNotRun.has(entry.name)) rmSync(path, { recursive: true });
      else prune(path);
    } else if (notRun.test(entry.name) && !licence.test(entry.name)) rmSync(path);
  }
}
