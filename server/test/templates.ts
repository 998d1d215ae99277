import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Names the folder of the run that templates are in; set for its workers by `vitest.config.ts`. */
const variable = "FOVEA_TEST_TEMPLATES";

/**
 * A folder that every test file would make alike, such as an empty database: made by the first, for all of a run.
 *
 * @param make fills an empty folder
 * @returns its path, to be copied; null outside of a run, where each makes its own
 */
export async function template(
  name: string,
  make: (folder: string) => void | Promise<void>,
): Promise<string | null> {
  const root = process.env[variable];
  if (root === undefined) return null;
  const path = join(root, name);
  if (existsSync(path)) return path;
  const folder = mkdtempSync(`${path}-`);
  await make(folder);
  try {
    renameSync(folder, path);
  } catch (error) {
    // Another worker was faster.
    if (!existsSync(path)) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}
