import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Result } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { ensureDashboard } from "../../scripts/dashboard.mjs";
import { describeWith } from "../../server/test/needs.ts";
import { type ListeningWorld, listenApp } from "../../server/test/world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface OpenDashboard extends ListeningWorld {
  readonly page: Page;
  /** What the browser's console and the page itself complained of, but for answers of 400 and more. */
  readonly problems: readonly string[];
}

export interface DashboardTests {
  /** The service with its dashboard, in this process, and a page that shows nothing yet. */
  open(env?: Readonly<Record<string, string>>, context?: BrowserContextOptions): Promise<OpenDashboard>;
}

/** Tests of the dashboard: the real service, and a real browser, which all tests of the file share. */
export function describeDashboard(what: string, tests: (dashboard: DashboardTests) => void): void {
  describeWith("chromium", what, ({ path }) => {
    let browser: Browser;
    beforeAll(async () => {
      await ensureDashboard({ root, announce: () => {} });
      const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
      browser = await chromium.launch({ executablePath: path, args });
    });
    afterAll(() => browser.close());
    tests({
      async open(env = {}, options = {}) {
        const settings = { RATE_LIMITS: "off", ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8", ...env };
        const world = await listenApp(settings, undefined, { dashboard: `${root}dashboard/dist` });
        const context = await browser.newContext({
          baseURL: world.baseUrl,
          reducedMotion: "reduce",
          viewport: { width: 1280, height: 800 },
          ...options,
        });
        onTestFinished(() => context.close());
        const page = await context.newPage();
        page.setDefaultTimeout(20_000);
        const problems: string[] = [];
        page.on("pageerror", (error) => void problems.push(String(error)));
        page.on("console", (line) => {
          if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
            problems.push(line.text());
        });
        return { ...world, page, problems };
      },
    });
  });
}

const waiting = "main .mantine-Skeleton-root, main .mantine-Loader-root, header .mantine-Loader-root";

/** Until what is waited for is there: a page that follows something live is never without a request. */
export const settled = (page: Page): Promise<void> =>
  expect.poll(() => page.locator(waiting).count()).toBe(0);

/** What axe finds wrong with the page as it is shown: nothing. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const violations = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Result[];
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes
      .slice(0, 5)
      .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ""}`),
  }));
  expect(told).toEqual([]);
}

/** The page is as wide as its window: nothing is cut off, and nobody has to scroll sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  // A menu that goes away is still there for a moment.
  await expect.poll(() => page.evaluate(wide)).toBe(0);
}
