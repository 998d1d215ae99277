import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** As that of the service's own tests, which loads the whole service: a second in every run that skips these tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-chart-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
