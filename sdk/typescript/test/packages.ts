import { execFile } from "node:child_process";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { npmCommand } from "../../../scripts/install.mjs";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
const start = promisify(execFile);

/** What npm tells its scripts of the project they are in, which is not the one that is meant here. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

async function npm(args: readonly string[], folder: string): Promise<string> {
  const { command, args: first } = npmCommand({ root });
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { stdout } = await start(command, [...first, ...args, ...quiet], { cwd: folder, env: environment });
  return stdout;
}

/**
 * Runs this repository's TypeScript.
 *
 * @throws Error with its messages, where it has any
 */
export async function compile(args: readonly string[]): Promise<void> {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await start(process.execPath, [tsc, ...args]).catch((failed: { stdout?: string }) => {
    throw new Error(failed.stdout || "tsc failed", { cause: failed });
  });
}

/** What `npm publish` would send. */
export interface Tarball {
  readonly path: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Builds both packages of nothing but their sources, and packs them into the folder. */
export async function packAll(folder: string): Promise<{ client: Tarball; react: Tarball }> {
  const sdk = join(root, "sdk");
  const packages = ["typescript", "react"];
  const startedAt = Date.now();
  await compile(["--build", "--force", ...packages.map((name) => join(sdk, name, "tsconfig.build.json"))]);
  for (const name of packages) await removeOlder(join(sdk, name, "dist"), startedAt);
  const workspaces = packages.map((name) => `--workspace=sdk/${name}`);
  const packed: { name: string; filename: string; files: { path: string }[] }[] = JSON.parse(
    await npm(["pack", "--json", `--pack-destination=${folder}`, ...workspaces], root),
  );
  const tarball = (wanted: string): Tarball => {
    const found = packed.find(({ name }) => name === wanted);
    if (!found) throw new Error(`npm did not pack ${wanted}.`);
    return { path: join(folder, found.filename), files: found.files.map(({ path }) => path) };
  };
  return { client: tarball("@fovea/client"), react: tarball("@fovea/react") };
}

/** What an earlier build has left would be packed too. The rest stays where it is, for whoever imports it meanwhile. */
async function removeOlder(folder: string, time: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths) if ((await stat(path)).mtimeMs < time) await rm(path);
}

/** An empty project of somebody's, with these installed: tarballs and folders, no network. */
export async function createProject(folder: string, packages: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await npm(["install", "--offline", ...packages], folder);
}
