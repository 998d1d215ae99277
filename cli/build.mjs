import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const [dist = join(here, "dist")] = process.argv.slice(2);

/**
 * Makes `dist/` of the sources: the command, and a file for each part that is loaded when it is needed, with the imaging, the
 * rules of models, the client and small libraries in them. `sharp` has native code and stays a dependency.
 *
 * Usage: node build.mjs [folder]
 */
const bundle = await rolldown({
  input: join(here, "src", "main.ts"),
  platform: "node",
  external: ["sharp"],
  resolve: { conditionNames: ["fovea-source", "import", "node", "default"] },
  // A name that nothing has would be found when somebody's command runs into it.
  onLog(level, log, handle) {
    if (level === "warn") throw new Error(log.message);
    handle(level, log);
  },
});
await rm(dist, { recursive: true, force: true });
const { output } = await bundle.write({
  dir: dist,
  format: "esm",
  entryFileNames: "[name].js",
  // All in one folder: catalog.json is looked for beside the code that reads it.
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();
await copyFile(join(here, "..", "server", "src", "models", "catalog.json"), join(dist, "catalog.json"));
await writeFile(
  join(dist, "THIRD-PARTY-NOTICES.txt"),
  await noticesOf(output.flatMap((chunk) => ("moduleIds" in chunk ? chunk.moduleIds : []))),
);

/**
 * The licences of what was put into the bundle, which ask for being passed on with it.
 * @param {readonly string[]} modules paths
 */
async function noticesOf(modules) {
  const packageFolder = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
  const folders = new Set(modules.flatMap((module) => packageFolder.exec(module)?.[1] ?? []));
  const notices = [...folders].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
    if (file === undefined) throw new Error(`${name} has no file with its licence`);
    return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
  });
  return (await Promise.all(notices)).join(`\n${"-".repeat(72)}\n\n`);
}
