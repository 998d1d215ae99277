import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** For vitest: a folder for templates while the run lasts. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "fovea-templates-"));
  // The user that PostgreSQL runs as makes one of them.
  chmodSync(folder, 0o755);
  process.env["FOVEA_TEST_TEMPLATES"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
