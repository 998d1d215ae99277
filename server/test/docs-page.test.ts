import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith, leaveToSoak } from "./needs.ts";
import { fromDataUrl, referencePixel } from "./prepare/client.ts";
import { listenApp } from "./world.ts";

describeWith("chromium", "the docs page in a browser", ({ path }) => {
  let browser: Browser;
  beforeAll(async () => {
    // Without a sandbox: it needs rights that a container has not.
    browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  /** A page that keeps what it asked for and what went wrong in it. */
  async function openPage() {
    const page = await browser.newPage();
    const seen = { requests: [] as string[], problems: [] as string[] };
    page.on("request", (request) => void seen.requests.push(request.url()));
    page.on("response", (response) => {
      if (response.status() >= 400) seen.problems.push(`${response.status()} ${response.url()}`);
    });
    page.on("requestfailed", (request) => void seen.problems.push(`failed ${request.url()}`));
    // A violation of the content policy is a console error too.
    page.on("console", (line) => {
      if (["error", "warning"].includes(line.type())) seen.problems.push(line.text());
    });
    page.on("pageerror", (error) => void seen.problems.push(String(error)));
    return { page, ...seen };
  }

  async function expectOperations(page: Page) {
    await page.locator("#operations-prepare-processImage").waitFor();
    const paths = await page
      .locator(".opblock-summary-path")
      .evaluateAll((all) => all.map((one) => one.textContent));
    expect(paths.map((text) => text?.replaceAll("\u200b", ""))).toEqual(
      expect.arrayContaining(["/api/v1/process", "/api/v1/validate", "/api/v1/providers", "/health"]),
    );
  }

  const origins = (requests: readonly string[]) => [
    ...new Set(requests.filter((url) => !url.startsWith("data:")).map((url) => new URL(url).origin)),
  ];

  async function signIn(page: Page, token: string) {
    await page.locator("button.authorize").click();
    await page.getByLabel("auth-bearer-value").fill(token);
    await page.locator(".auth-btn-wrapper button.authorize").first().click();
    await page.locator(".btn-done").first().click();
  }

  // Each page that is opened draws every operation, which takes seconds.
  test("under a base path it shows the operations, a request can be tried with a token, and nothing is loaded from elsewhere", async () => {
    const { baseUrl, token } = await listenApp({ BASE_PATH: "/team/images" });
    const { page, requests, problems } = await openPage();
    await page.goto(`${baseUrl}/docs/`);
    await expectOperations(page);
    await signIn(page, token);
    const operation = page.locator("#operations-prepare-listProviders");
    await operation.locator(".opblock-summary").click();
    await operation.locator("button.execute").click();
    const answered = operation.locator(".live-responses-table .response-col_status");
    await answered.last().waitFor();
    expect(await answered.last().textContent()).toContain("200");
    expect(problems).toEqual([]);
    expect(origins(requests)).toEqual([new URL(baseUrl).origin]);
    await page.close();
  });

  leaveToSoak("the docs page at the root, in a browser", () => {
    test("at the root it does so too, and a picture can be sent as it is, and as the file of a form", async () => {
      const { baseUrl } = await listenApp();
      const { page, requests, problems } = await openPage();
      await page.goto(`${baseUrl}/docs`);
      await expectOperations(page);
      await page.locator("#operations-prepare-processImage .opblock-summary").click();
      await page.locator("#operations-prepare-processImage .opblock-description").waitFor();
      await signIn(page, "test-token");
      const operation = page.locator("#operations-prepare-validateImage");
      await operation.locator(".opblock-summary").click();
      await operation
        .locator('tr[data-param-name="provider"][data-param-in="query"] select')
        .selectOption("claude");
      for (const type of ["image/*", "multipart/form-data"]) {
        await operation.locator(".opblock-section-request-body .content-type").selectOption(type);
        await operation.locator('.opblock-section-request-body input[type="file"]').setInputFiles({
          name: "pixel.png",
          mimeType: "image/png",
          buffer: fromDataUrl(referencePixel).bytes,
        });
        const answered = page.waitForResponse(/\/api\/v1\/validate/);
        await operation.locator("button.execute").click();
        const answer = await answered;
        expect([type, await answer.json()]).toEqual([type, expect.objectContaining({ valid: true })]);
      }
      expect(problems).toEqual([]);
      expect(origins(requests)).toEqual([new URL(baseUrl).origin]);
      await page.close();
    });
  });

  leaveToSoak("the docs page behind signing in", () => {
    test("with AUTH=all it is there after signing in through the form", async () => {
      const env = { BASE_PATH: "/team/images", AUTH: "all", API_KEY: "k" };
      const { baseUrl, token } = await listenApp(env);
      const { page, requests, problems } = await openPage();
      await page.goto(`${baseUrl}/docs`);
      expect(page.url()).toContain(`${baseUrl}/sign-in?next=`);
      await page.getByLabel("Token or API key").fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expectOperations(page);
      expect(page.url()).toBe(`${baseUrl}/docs`);
      expect(problems).toEqual([]);
      expect(origins(requests)).toEqual([new URL(baseUrl).origin]);
      await page.close();
    });
  });
});
