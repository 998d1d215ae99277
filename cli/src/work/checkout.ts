import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { exitCodes, Failure } from "../exit-codes.ts";

/**
 * Runs a script of the checkout in this process, as npm does it: in its folder, where the `.env` and a relative `DATA_DIR` are.
 *
 * @param script below the root, such as `scripts/start.mjs`
 */
export async function runInCheckout(script: string, args: readonly string[]): Promise<void> {
  const root = checkoutAt(process.cwd()) ?? checkoutAt(dirname(fileURLToPath(import.meta.url)));
  if (root === undefined) {
    throw new Failure(
      exitCodes.usage,
      "no_checkout",
      "This runs the service's own programs, and there is no checkout of Fovea here: run it in the folder of one.",
    );
  }
  process.chdir(root);
  const path = join(root, script);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}

/** The nearest folder above that is a checkout, or an image made of one. */
function checkoutAt(folder: string): string | undefined {
  if (isCheckout(folder)) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : checkoutAt(above);
}

function isCheckout(folder: string): boolean {
  if (!existsSync(join(folder, "scripts", "start.mjs"))) return false;
  try {
    const description: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return (
      typeof description === "object" &&
      description !== null &&
      "name" in description &&
      description.name === "fovea-monorepo"
    );
  } catch {
    return false;
  }
}
