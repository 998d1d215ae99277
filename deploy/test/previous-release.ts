import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { migrationsFolder } from "../../server/src/stored.ts";
import { repository } from "../../server/test/documents.ts";

const git = (...args: string[]) =>
  execFileSync("git", args, {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/**
 * The last commit before the newest migration: its program is what runs beside this one while a release is rolled out.
 * Undefined where the repository has no history of it, as in an archive or a shallow clone.
 */
export function commitBeforeNewestMigration(): string | undefined {
  const newest = readdirSync(migrationsFolder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .at(-1);
  try {
    const added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", `server/migrations/${newest}`);
    return added === "" ? undefined : git("rev-parse", "--verify", "--quiet", `${added}^`);
  } catch {
    return undefined;
  }
}

/**
 * Writes the program of a commit into a folder, on the packages that are installed here.
 *
 * @returns its main file
 */
export function writeProgram(commit: string, folder: string): string {
  const archive = execFileSync("git", ["archive", commit, "server", "package.json"], {
    cwd: repository,
    maxBuffer: 2 ** 30,
  });
  execFileSync("tar", ["-xf", "-", "-C", folder], { input: archive });
  const installed = join(repository, "node_modules");
  const own = join(folder, "node_modules");
  mkdirSync(join(own, "@fovea"), { recursive: true });
  for (const name of readdirSync(installed).filter((each) => each !== "@fovea" && !each.startsWith(".")))
    symlinkSync(join(installed, name), join(own, name));
  // Its own, not ours.
  symlinkSync(join(folder, "server/src/imaging"), join(own, "@fovea/imaging"));
  return join(folder, "server/src/main.ts");
}
