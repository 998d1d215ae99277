import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./refusal.mjs";

/** The development tools by the name of their command, with the package that holds each. */
const packages = new Map([
  ["biome", "@biomejs/biome"],
  ["knip", "knip"],
  ["tsc", "typescript"],
  ["vite", "vite"],
  ["vitest", "vitest"],
]);

/**
 * The script behind a command. `node_modules/.bin` would do on POSIX; on Windows it holds shell files only.
 * @param {{ root: string, tool: string }} options
 * @returns {string} an absolute path, to be run by the runtime
 * @throws {Refusal} if the tool is unknown or not installed
 */
export function findTool({ root, tool }) {
  const name = packages.get(tool);
  if (!name) {
    throw new Refusal(
      `There is no tool "${tool}"; there are ${[...packages.keys()].join(", ")}, and any .ts file.`,
    );
  }
  const folder = join(root, "node_modules", ...name.split("/"));
  try {
    const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return join(folder, typeof bin === "string" ? bin : bin[tool]);
  } catch {
    throw new Refusal(`${name} is not installed: run \`npm ci --include=dev\`.`);
  }
}
