import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { syncNames, syncTree } from "./files.ts";

/** Counts up when `initialise.ts` makes something else of the same PGlite. */
const revision = 1;

/** Beside the packages it was made by, so that `npm ci` throws it away with them. */
export const templateCache = fileURLToPath(
  new URL("../../../../../node_modules/.cache/fovea/", import.meta.url),
);

/**
 * A fresh data folder, to be copied: initdb takes seconds and 700 MB, a copy 0.1 s. Made when it is missing, under
 * another name first, so that one that exists is complete; of several processes one wins.
 *
 * @returns its path; undefined where `cache` cannot be written, as in a read-only image
 */
export async function ensureTemplate(cache: string): Promise<string | undefined> {
  const template = join(cache, `database-${pgliteVersion()}-${revision}`);
  if (existsSync(template)) return template;
  const aside = `${template}.new-${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(cache, { recursive: true });
    mkdirSync(aside, { mode: 0o700 });
  } catch {
    return undefined;
  }
  try {
    await initialise(aside);
    syncTree(aside);
    renameSync(aside, template);
    syncNames(dirname(template));
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    // Somebody else was first: a folder that is not empty is not replaced.
    if (!existsSync(template)) throw error;
  }
  return template;
}

/** Runs initdb in a process of its own: what memory it takes goes back to the system with it. */
export async function initialise(folder: string): Promise<void> {
  const script = fileURLToPath(new URL("initialise.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--liftoff-only", script, folder],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The embedded database could not be created: ${complaint.trim()}`);
}

function pgliteVersion(): string {
  const packageFile = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"));
  return JSON.parse(readFileSync(packageFile, "utf8")).version;
}
