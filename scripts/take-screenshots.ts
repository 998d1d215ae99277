// Takes the pictures of the dashboard that the documentation shows, of a service of its own with data of its own:
// `node scripts/run.mjs scripts/take-screenshots.ts`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fovea } from "@fovea/client";
import { pino } from "pino";
import { chromium, type Page } from "playwright-core";
import { createApp } from "../server/src/app.ts";
import { loadConfig } from "../server/src/platform/config.ts";
import { findProgram } from "../server/test/needs.ts";
import { ensureDashboard } from "./dashboard.mjs";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs", "images");
const size = { width: 1280, height: 860 };

const executablePath = findProgram("chromium", process.env);
if (executablePath === undefined) throw new Error("Chromium is not installed; CHROMIUM names its path.");
await ensureDashboard({ root });
const dataDir = await mkdtemp(join(tmpdir(), "fovea-screenshots-"));
const config = loadConfig({ DATA_DIR: dataDir, PORT: "0", RATE_LIMITS: "off" });
const app = await createApp(config, pino({ level: "silent" }), {
  dashboard: join(root, "dashboard", "dist"),
});
const { port } = await app.listen();
const baseUrl = `http://127.0.0.1:${port}`;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const fovea = new Fovea({ baseUrl, token: "test-token" });
  const batchId = await fillWithWork(fovea);
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme, viewport: size, reducedMotion: "reduce" });
    const page = await context.newPage();
    await take(page, "/", `overview-${colorScheme}`);
    await take(page, `/batch/${batchId}`, `batch-${colorScheme}`);
    await take(page, `/batch/${batchId}?layout=grid`, `results-${colorScheme}`);
    await context.close();
  }
} finally {
  await browser.close();
  await app.close(0);
  await rm(dataDir, { recursive: true, force: true });
}

/** What a service has after a morning: the sample, a picture, a set of icons. @returns the sample batch */
async function fillWithWork(fovea: Fovea): Promise<string> {
  const [sample] = (await fovea.batches.list().page()).items;
  if (!sample) throw new Error("The service has brought no sample batch.");
  await fovea.batches.wait(sample.batch_id);
  const job = await fovea.jobs.create({
    prompt: "A lighthouse at dusk",
    parameters: { width: 768, height: 512 },
  });
  await fovea.jobs.wait(job.id);
  const { batch_id } = await fovea.icons.batches.create({
    categories: ["bakery", "bookshop", "optician", "laundry"],
    style: "flat",
  });
  await fovea.icons.batches.wait(batch_id);
  return sample.batch_id;
}

async function take(page: Page, path: string, name: string): Promise<void> {
  await page.goto(`${baseUrl}${path}`);
  // Pages that follow something are never idle; thumbnails are there within this.
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: join(folder, `dashboard-${name}.png`) });
}
