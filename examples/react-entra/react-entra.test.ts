import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { preview } from "vite";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { selfSigned, trust } from "../../server/src/platform/outbound/testing/certificates.ts";
import { repository } from "../../server/test/documents.ts";
import { freePort } from "../../server/test/free-port.ts";
import { asking, drawingReplicate } from "../../server/test/media/service.ts";
import { describeWith } from "../../server/test/needs.ts";
import { startEntra } from "../../server/test/simulators/entra.ts";
import { smallDirectory } from "../../server/test/simulators/entra-directory.ts";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";

const folder = import.meta.dirname;
const hour = 3_600_000;

/** `npm run build`, somewhere else. */
async function build(outDir: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const vite = join(repository, "node_modules/vite/bin/vite.js");
  const env = { ...process.env, NODE_ENV: "production", ...settings };
  await promisify(execFile)(process.execPath, [vite, "build", "--outDir", outDir], { cwd: folder, env });
}

/** The page on an origin of its own, a service that takes tokens of a directory, and the directory. */
async function setup(openssl: string) {
  const certificate = selfSigned(openssl, "IP:127.0.0.1");
  trust(certificate.cert);
  const port = await freePort();
  const origin = `https://127.0.0.1:${port}`;
  const directory = smallDirectory(`${origin}/redirect.html`, `${origin}/`);
  const entra = await startEntra({ directory, certificate });
  onTestFinished(() => entra.close());
  const replicate = await drawingReplicate();
  const { baseUrl } = await listenApp({
    ...asking(replicate),
    AUTH: "all",
    AZURE_AUTHORITY: entra.authority,
    AZURE_TENANT_ID: directory.tenant,
    AZURE_CLIENT_ID: directory.api.clientId,
    CORS_ORIGINS: origin,
    ICON_MODEL: "local",
    RETRY_BASE_MS: "1",
  });
  const outDir = await temporaryFolder();
  await build(outDir, {
    VITE_FOVEA_URL: baseUrl,
    VITE_FOVEA_CLIENT_ID: directory.api.clientId,
    VITE_CLIENT_ID: directory.page.clientId,
    VITE_AUTHORITY: `${entra.authority}/${directory.tenant}`,
  });
  const server = await preview({
    root: folder,
    logLevel: "silent",
    build: { outDir },
    // A browser takes the directory's cookie into the hidden frame of a page of the same site, or where it allows
    // cookies of others. An address is a site whatever its port, but http is another one than https.
    preview: { host: "127.0.0.1", port, strictPort: true, https: certificate },
  });
  onTestFinished(() => server.close());
  return { origin, baseUrl, entra, replicate, person: directory.person };
}

/** A page that keeps which token each request to the service had, and what came of it. */
async function openPage(browser: Browser, baseUrl: string) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.clock.install();
  const seen = {
    asked: [] as { path: string; token: string | undefined; key: string | undefined; status: number }[],
    loads: 0,
    problems: [] as string[],
  };
  page.on("response", (response) => {
    const request = response.request();
    const { authorization, "idempotency-key": key } = request.headers();
    const url = new URL(request.url());
    if (url.origin !== baseUrl || request.method() === "OPTIONS") return;
    const token = authorization?.replace("Bearer ", "");
    seen.asked.push({ path: url.pathname, token, key, status: response.status() });
  });
  page.on("load", () => {
    seen.loads += 1;
  });
  page.on("pageerror", (error) => void seen.problems.push(String(error)));
  return { page, seen };
}

/** What the browser does with a file that somebody drags onto the page from elsewhere. */
async function dropPicture(page: Page): Promise<void> {
  const base64 = (await readFile(join(repository, "docs/images/street.jpg"))).toString("base64");
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob("${base64}"), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], "street.jpg"));
    return transfer;
  })()`);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer });
}

/** Of a picture, in pixels, once it is there. */
async function widthOf(picture: Locator): Promise<number> {
  await picture.waitFor();
  return await picture.evaluate(async (image: { decode(): Promise<void>; naturalWidth: number }) => {
    await image.decode();
    return image.naturalWidth;
  });
}

describeWith("openssl", "the React example, with a certificate for Entra ID", ({ path: openssl }) => {
  describeWith("chromium", "in a browser", ({ path }) => {
    let browser: Browser;
    beforeAll(async () => {
      // Without a sandbox: it needs rights that a container has not.
      browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
    });
    afterAll(() => browser.close());

    test("signs in, prepares, makes an icon and a picture, and renews its token unseen while it can", async () => {
      const { origin, baseUrl, entra, replicate, person } = await setup(openssl);
      const { page, seen } = await openPage(browser, baseUrl);
      const prepare = page.getByRole("region", { name: "Prepare" });
      const icon = page.getByRole("region", { name: "Icon" });
      const media = page.getByRole("region", { name: "Media" });
      const tokenOf = (path: string) => seen.asked.filter((one) => one.path === path).at(-1)?.token;
      const given = (index: number) => entra.given.at(index)?.accessToken;

      await page.goto(origin);
      await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
      await page.getByText(person.username).waitFor();
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText(person.name).waitFor();
      const { loads } = seen;

      // Prepare, with the token of the sign-in; what is no picture is refused with its code.
      await prepare
        .locator("input")
        .setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
      await expect.poll(() => prepare.getByRole("alert").textContent()).toContain("validation_error");
      await dropPicture(page);
      await expect.poll(() => prepare.locator("dl").textContent()).toContain("JPEG, 3024 × 4032, 294 kB");
      expect(await widthOf(prepare.getByRole("img"))).toBeGreaterThan(1000);
      expect(tokenOf("/api/v1/process")).toBe(given(0));

      // An hour later the token is over: the next request has one of the refresh token.
      await page.clock.fastForward(hour);
      await icon.getByLabel("Of").fill("bookshop");
      await icon.getByRole("button").click();
      expect(await widthOf(icon.getByRole("img"))).toBeGreaterThan(0);
      expect(entra.given.map((one) => one.for)).toEqual(["authorization_code", "refresh_token"]);
      expect(tokenOf("/api/icons/generate")).toBe(given(1));

      // A token that the service does not take is renewed too, and the same job is asked for once more.
      replicate.hold();
      entra.expireNext();
      await page.clock.fastForward(hour);
      await media.getByRole("button", { name: "Make the picture" }).click();
      await expect.poll(() => media.getByRole("status").textContent()).toContain("live");
      const starts = seen.asked.filter((one) => one.path === "/api/v1/jobs/generate");
      expect(starts).toEqual([
        { path: "/api/v1/jobs/generate", token: given(2), key: starts[0]?.key, status: 401 },
        { path: "/api/v1/jobs/generate", token: given(3), key: starts[0]?.key, status: 201 },
      ]);
      expect(starts[0]?.key).toMatch(/^[\da-f-]{36}$/);

      // Progress as it happens, and the picture.
      await expect.poll(() => replicate.predictions.at(-1)?.input["prompt"]).toContain("poster");
      replicate.advance(0.4);
      await expect.poll(() => media.getByRole("status").textContent()).toMatch(/(39|40) % live/);
      replicate.release();
      expect(await widthOf(media.getByRole("img"))).toBeGreaterThan(0);
      expect(await media.getByRole("status").textContent()).toContain("completed, 100 %");

      // A day later the refresh token is over: a hidden frame gets another, as long as the person is signed in.
      await page.clock.fastForward(25 * hour);
      await icon.getByLabel("Of").fill("bakery");
      await icon.getByRole("button").click();
      await icon.getByRole("img", { name: "bakery" }).waitFor();
      expect(entra.given.at(-1)?.for).toBe("authorization_code");
      expect(tokenOf("/api/icons/generate")).toBe(given(-1));
      expect(seen.loads).toBe(loads);

      // Signed out elsewhere, nothing is left but to ask.
      entra.endRefreshTokens();
      entra.endSessions();
      await page.clock.fastForward(hour);
      await icon.getByRole("button").click();
      await expect.poll(() => icon.getByRole("alert").textContent()).toContain("login_required");
      await icon.getByRole("button", { name: "Sign in again" }).click();
      await page.getByRole("button", { name: "Sign in" }).click();
      await icon.getByRole("button").click();
      expect(await widthOf(icon.getByRole("img"))).toBeGreaterThan(0);
      expect(tokenOf("/api/icons/generate")).toBe(given(-1));

      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
      expect(page.url()).toBe(`${origin}/`);
      expect(seen.problems).toEqual([]);
      // Of what was asked only this was refused: a refresh token that had been ended, and the frame with nobody signed in.
      expect(entra.refused).toEqual([700084, 50058]);
    });
  });
});
