import { fileURLToPath } from "node:url";
import { Fovea } from "@fovea/client";
import { type Browser, chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";
import sharp from "sharp";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  blank,
  bytes,
  gated,
  type Origin,
  startOrigin,
  status,
} from "../../../server/test/analysis/origin.ts";
import { describeWith, leaveToSoak } from "../../../server/test/needs.ts";
import { listenApp } from "../../../server/test/world.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));

interface Picture {
  readonly naturalWidth: number;
  readonly naturalHeight: number;
  decode(): Promise<void>;
}

/** The page's program, with the packages' sources, as an application would bundle it. */
async function bundled(): Promise<string> {
  const bundle = await rolldown({
    input: `${folder}page.ts`,
    platform: "browser",
    resolve: { conditionNames: ["fovea-source", "browser", "import", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"development"' } },
  });
  try {
    const { output } = await bundle.generate({ format: "esm" });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

describeWith("chromium", "the React hooks in a browser", ({ path }) => {
  let browser: Browser;
  let program: string;
  beforeAll(async () => {
    program = await bundled();
    browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(() => browser.close());

  /** A service, and the page of another origin that shows what the hooks say of it. */
  async function setup(env: Readonly<Record<string, string>> = {}) {
    const { baseUrl } = await listenApp({ RATE_LIMITS: "off", ...env });
    const origin = await startOrigin();
    onTestFinished(() => origin.close());
    const client = new Fovea({ baseUrl, token: "test-token" });
    return { baseUrl, origin, client, open: (query = {}) => open(origin, { service: baseUrl, ...query }) };
  }

  async function open(origin: Origin, query: Readonly<Record<string, string>>) {
    origin.serve("/page.js", (response) =>
      response.writeHead(200, { "content-type": "text/javascript" }).end(program),
    );
    const address = origin.serve(`/?${new URLSearchParams(query)}`, (response) =>
      response
        .writeHead(200, { "content-type": "text/html" })
        .end('<!doctype html><body><script type="module" src="/page.js"></script>'),
    );
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => void problems.push(String(error)));
    page.on("console", (line) => {
      // The browser itself tells of answers of 400 and more, which are asked for here.
      if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
        problems.push(line.text());
    });
    return { page, problems, address };
  }

  const value = (page: Page, section: string, name: string) =>
    page.locator(`#${section} output[data-name="${name}"]`).textContent();
  const says = (page: Page, section: string, name: string) => expect.poll(() => value(page, section, name));
  const click = (page: Page, section: string, name: string) =>
    page.locator(`#${section}`).getByRole("button", { name, exact: true }).click();

  const photo = () =>
    sharp({ create: { width: 3000, height: 1500, channels: 3, background: "#336699" } })
      .jpeg()
      .toBuffer();

  /** Three rows: one that is there, one that waits until the gate is opened, one that is missing. */
  async function createBatch(origin: Origin, client: Fovea) {
    const picture = await blank();
    const { gate, open } = gated(bytes(await blank("#445566")));
    const addresses = [
      origin.serve("/there.png", bytes(picture)),
      origin.serve("/later.png", gate),
      origin.serve("/missing.png", status(404)),
    ];
    const { batch_id: id } = await client.batches.create(addresses);
    return { id, open };
  }

  test("useImageProcessor tells what the model would see, then has the picture, and frees the one before", async () => {
    const { open } = await setup();
    const { page, problems, address } = await open();
    await page.goto(address);
    await page
      .getByLabel("image")
      .setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer: await photo() });
    expect(await value(page, "processor", "status")).toBe("idle");

    await click(page, "processor", "process");
    const shown = page.locator("#processor img");
    await shown.waitFor();
    expect(await value(page, "processor", "isProcessing")).toBe("false");
    // Two to one, as it was; and no larger than the model sees.
    const [width, height] = await shown.evaluate(async (element) => {
      // What runs in the page has types that this program has not.
      const image = element as unknown as Picture;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    });
    expect(width).toBe((height ?? 0) * 2);
    expect(width).toBeLessThan(3000);
    expect(await value(page, "processor", "seen")).toBe(String(width));
    const first = await shown.getAttribute("src");

    await click(page, "processor", "wrong");
    await says(page, "processor", "status").toBe("failed");
    expect(await value(page, "processor", "error")).toBe("422 validation_error");
    // Nobody shows it any more.
    expect(await page.evaluate((url) => fetch(url ?? "").then(String, () => "freed"), first)).toBe("freed");

    await click(page, "processor", "twice");
    await page.getByAltText("prepared, 100 wide").waitFor();
    expect(await value(page, "processor", "error")).toBe("none");

    await click(page, "processor", "reset");
    expect(await value(page, "processor", "status")).toBe("idle");
    expect(problems).toEqual([]);
  });

  test("useBatch follows a batch live, does what it is told, once, and goes on after a retry", async () => {
    const { origin, client, open } = await setup();
    const { id, open: openGate } = await createBatch(origin, client);
    const { page, problems, address } = await open({ batch: id });
    await page.goto(address);
    await says(page, "batch", "processed").toBe("2/3");
    await says(page, "batch", "live").toBe("true");
    expect(await value(page, "batch", "isOver")).toBe("false");

    const pauses: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/pause")) pauses.push(request.url());
    });
    await click(page, "batch", "twice");
    await says(page, "batch", "status").toBe("paused");
    await says(page, "batch", "pending").toBe("null");
    expect(pauses).toHaveLength(1);
    await click(page, "batch", "pause");
    await says(page, "batch", "error").toMatch(/^4\d\d /);

    await click(page, "batch", "resume");
    await says(page, "batch", "status").toMatch(/^(queued|processing)$/);
    expect(await value(page, "batch", "error")).toBe("none");
    openGate();
    await says(page, "batch", "isOver").toBe("true");
    expect(await value(page, "batch", "status")).toBe("completed");
    expect(await value(page, "batch", "failed")).toBe("1");

    origin.serve("/missing.png", bytes(await blank("#abcdef")));
    await click(page, "batch", "retry");
    await says(page, "batch", "failed").toBe("0");
    await says(page, "batch", "isOver").toBe("true");
    expect(problems).toEqual([]);
  });

  leaveToSoak("useBatch without live events", () => {
    test("useBatch asks where live events do not come through, and shows another batch, none, and what there is not", async () => {
      const { origin, client, open } = await setup();
      const { id, open: openGate } = await createBatch(origin, client);
      const { batch_id: other } = await client.batches.create([origin.at("/never.png")], {
        auto_start: false,
      });
      const { page, problems, address } = await open({ batch: id, other });
      await page.route("**/api/v1/events*", (route) => route.abort());
      await page.goto(address);
      await says(page, "batch", "processed").toBe("2/3");
      expect(await value(page, "batch", "live")).toBe("false");

      await page.getByRole("button", { name: "other batch" }).click();
      await says(page, "batch", "processed").toBe("0/1");
      expect(await value(page, "batch", "status")).toBe("pending");
      await client.batches.delete(other, { force: true });
      await says(page, "batch", "error").toBe("404 batch_not_found");
      await page.getByRole("button", { name: "no batch" }).click();
      await says(page, "batch", "error").toBe("none");
      expect(await value(page, "batch", "status")).toBe("undefined");
      openGate();
      expect(problems).toEqual([]);
    });
  });

  leaveToSoak("useMediaJob to its end", () => {
    test("useMediaJob makes a picture, and its wait ends with the component while the job goes on", async () => {
      const { client, open } = await setup();
      const { page, problems, address } = await open();
      await page.goto(address);
      await click(page, "job", "nothing");
      await says(page, "job", "error").toBe("422 validation_error");
      expect(await value(page, "job", "isBusy")).toBe("false");

      await click(page, "job", "generate");
      await page.getByAltText("made").waitFor();
      expect(await value(page, "job", "status")).toBe("completed");
      expect(await value(page, "job", "isBusy")).toBe("false");
      expect(await value(page, "job", "error")).toBe("none");

      const streams = new Set<string>();
      page.on("request", (request) => {
        if (request.url().includes("/api/v1/events")) streams.add(request.url());
      });
      page.on("requestfailed", (request) => void streams.delete(request.url()));
      page.on("requestfinished", (request) => void streams.delete(request.url()));
      const [created] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith("/jobs/generate")),
        click(page, "job", "generate"),
      ]);
      const { id } = (await created.json()) as { id: string };
      await page.getByRole("button", { name: "leave" }).click();
      await expect.poll(() => streams.size).toBe(0);
      expect((await client.jobs.wait(id)).status).toBe("completed");
      expect(problems).toEqual([]);
    });
  });
});
