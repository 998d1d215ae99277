import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { type Browser, type CDPSession, chromium } from "playwright-core";
import { ensureDashboard } from "../scripts/dashboard.mjs";
import { createApp } from "../server/src/app.ts";
import { loadConfig } from "../server/src/platform/config.ts";
import { openDatabase } from "../server/src/platform/database/database.ts";
import { migrationsFolder } from "../server/src/stored.ts";
import { findProgram } from "../server/test/needs.ts";
import { median } from "./load.ts";
import { writeCompletedBatch } from "./million-rows.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["/", "/prepare", "/media", "/icons", "/catalog", "/system/status", "/admin"];
const rounds = 5;
const rows = 1_000_000;
const scrolls = 400;

/** What a browser loads, how soon a page can be used, and a million rows scrolled through. */
export async function dashboard(): Promise<void> {
  const executablePath = findProgram("chromium", process.env);
  if (executablePath === undefined) throw new Error("Chromium is not installed; CHROMIUM names its path.");
  await ensureDashboard({ root });
  const folder = await mkdtemp(join(tmpdir(), "fovea-bench-"));
  const database = await openDatabase({
    ...{ url: undefined, dataDir: folder, poolSize: 5, migrations: migrationsFolder },
    log: { info() {}, warn() {} },
    onFault(error: Error) {
      throw error;
    },
  });
  const config = loadConfig({ DATA_DIR: folder, PORT: "0", SAMPLE: "off", RATE_LIMITS: "off" });
  const app = await createApp(config, pino({ level: "silent" }), {
    database,
    dashboard: join(root, "dashboard", "dist"),
  });
  const { port } = await app.listen();
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const origin = `http://127.0.0.1:${port}`;
    console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
    await measurePages(browser, origin);
    console.log(`writing a batch of ${rows.toLocaleString("en")} rows…`);
    const id = await writeCompletedBatch(database, rows);
    await measureScrolling(browser, `${origin}/batch/${id}`);
  } finally {
    await browser.close();
    await app.close(0);
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** With an empty cache: bytes of scripts as they are sent, and the time until the page's heading is there. */
async function measurePages(browser: Browser, origin: string): Promise<void> {
  for (const path of pages) {
    const times: number[] = [];
    const bare: number[] = [];
    let scripts = 0;
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await timeTo(browser, `${origin}/sign-in`, () => {}));
      let bytes = 0;
      const time = await timeTo(browser, `${origin}${path}`, (session) => {
        /** Of scripts, the bytes of their headers. */
        const headers = new Map<string, number>();
        session.on("Network.responseReceived", ({ requestId, type, response }) => {
          if (type === "Script") headers.set(requestId, response.encodedDataLength);
        });
        session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
          const before = headers.get(requestId);
          if (before !== undefined) bytes += encodedDataLength - before;
        });
      });
      times.push(time);
      scripts = Math.max(scripts, bytes);
    }
    const ratio = median(times.map((time, round) => time / (bare[round] ?? 1)));
    console.log(
      `${path.padEnd(16)} ${(scripts / 1_000).toFixed(0)} KB of scripts (to reach: 300); usable after ${median(times).toFixed(0)} ms ` +
        `(to reach: 1000), ${ratio.toFixed(1)} times a page without scripts`,
    );
  }
}

async function timeTo(
  browser: Browser,
  address: string,
  watch: (session: CDPSession) => void,
): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    watch(session);
    const begun = performance.now();
    await page.goto(address, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    const time = performance.now() - begun;
    // What it loads when nobody waits any more counts too.
    await page.waitForTimeout(1_000);
    return time;
  } finally {
    await context.close();
  }
}

/** From the first row towards the last, a screen at a time and in leaps; then what the page holds. */
async function measureScrolling(browser: Browser, address: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(address);
  await page.getByRole("row").nth(5).waitFor();
  const before = await heapOf(session);
  const frames = (await page.evaluate(scrollThrough(scrolls))) as number[];
  await page.waitForTimeout(1_000);
  const after = await heapOf(session);
  const elements = await page.evaluate("document.querySelectorAll('*').length");
  const late = frames.filter((ms) => ms > 50).length;
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(0) ?? "–";
  console.log(
    `${rows.toLocaleString("en")} rows, ${scrolls} scrolls: frames of ${at(0.5)} ms (median), ${at(0.95)} ms (p95), ${at(0.99)} ms (p99), ` +
      `${late} of ${frames.length} above 50 ms; heap ${mb(before)} before and ${mb(after)} after, ${elements} elements`,
  );
  await context.close();
}

/** Runs in the page, whose types are not those of programs here: how long each frame took, in milliseconds. */
const scrollThrough = (times: number) => `(async () => {
  const scroller =
    [...document.querySelectorAll("*")].filter((each) => each.scrollHeight > each.clientHeight + 10_000).at(-1) ??
    document.scrollingElement;
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const frames = [];
  let last = await nextFrame();
  for (let each = 0; each < ${times}; each += 1) {
    const leap = each % 20 === 19 ? scroller.scrollHeight / ${times / 20} : scroller.clientHeight * 0.9;
    scroller.scrollTop += leap;
    // Some frames for each, as a person looks.
    for (let frame = 0; frame < 4; frame += 1) {
      const now = await nextFrame();
      frames.push(now - last);
      last = now;
    }
  }
  return frames;
})()`;

async function heapOf(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
