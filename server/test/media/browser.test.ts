import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLinks } from "../../src/assets/links.ts";
import { loadSecrets } from "../../src/platform/secrets.ts";
import { useOrigin } from "../analysis/world.ts";
import { describeWith } from "../needs.ts";
import { listenApp } from "../world.ts";
import { makePicture } from "./picture-job.ts";

const dayMs = 24 * 3_600_000;

/** A service that answers nobody without a credential, and a picture that it has made for somebody. */
async function setup(env: Readonly<Record<string, string>> = {}) {
  const { baseUrl, config, app } = await listenApp({ AUTH: "all", API_KEY: "k", ...env });
  const authorized = { "x-api-key": "k" };
  const picture = await makePicture(baseUrl, { width: 320, height: 192 }, authorized);
  const asked = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;
  return { baseUrl, config, app, picture, authorized, asked };
}

/** The address with something else in place of one of its parameters. */
function changed(url: string, name: "expires" | "signature", change: (value: string) => string): string {
  const result = new URL(url);
  result.searchParams.set(name, change(result.searchParams.get(name) ?? ""));
  return result.href;
}

/** Another character at the beginning, where all its bits count. */
const damaged = (text: string) => (text.startsWith("A") ? "B" : "A") + text.slice(1);

describeWith("chromium", "pictures in a browser, where everything asks for a credential", ({ path }) => {
  let browser: Browser;
  beforeAll(async () => {
    // Without a sandbox: it needs rights that a container has not.
    browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  test("the address from a status is shown by a page of somebody else's, in any size", async () => {
    const { picture } = await setup({ BASE_PATH: "/team/images" });
    expect(picture.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/team\/images\/api\/v1\/media\//);
    const sources = [
      picture.url,
      `${picture.url}&width=64&format=webp`,
      changed(picture.url, "signature", damaged),
    ];
    const html = sources.map((source) => `<img src="${source.replaceAll("&", "&amp;")}">`).join("");
    const origin = await useOrigin();
    const page = await browser.newPage();
    const at = origin.serve("/page", (response) =>
      response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html>${html}`),
    );
    // Another site than the address of the pictures, as for a browser `localhost` is no `127.0.0.1`.
    await page.goto(at.replace("127.0.0.1", "localhost"), { waitUntil: "load" });
    const shown = await page.evaluate<unknown>(
      "[...document.images].map(({ complete, naturalWidth: width, naturalHeight: height }) => ({ complete, width, height }))",
    );
    expect(shown).toEqual([
      { complete: true, width: 320, height: 192 },
      { complete: true, width: 64, height: 38 },
      { complete: true, width: 0, height: 0 },
    ]);
    await page.close();
  });
});

test("only what is signed opens, for as long as it is", async () => {
  const { baseUrl, config, picture, authorized, asked } = await setup();
  const other = await makePicture(baseUrl, { width: 128, height: 128 }, authorized);
  const plain = `${baseUrl}/api/v1/media/${picture.id}`;
  expect(await asked(picture.url)).toBe(200);
  expect(await asked(plain, { headers: authorized })).toBe(200);

  const { linkSecrets: secrets } = loadSecrets({
    ...{ dataDir: config.DATA_DIR, jwtSecretKey: undefined, webhookSecret: undefined },
  });
  const lifeMs = config.IMAGE_LINK_DAYS * dayMs;
  const linkOf = (now: number) =>
    baseUrl +
    createLinks({
      ...{
        secrets,
        lifeMs,
        signed: { media: true, icons: true, catalog: true },
        basePath: "",
        publicBase: null,
      },
      now: () => new Date(now),
    }).path(picture);
  // Links end with a day: when this one was signed, as far as it tells.
  const signedAt = Number(new URL(picture.url).searchParams.get("expires")) * 1_000 - lifeMs;
  expect(linkOf(signedAt)).toBe(picture.url);

  expect({
    bare: await asked(plain),
    "of another picture": await asked(picture.url.replace(picture.id, other.id)),
    "for longer": await asked(changed(picture.url, "expires", (at) => String(Number(at) + 86_400))),
    "badly signed": await asked(changed(picture.url, "signature", damaged)),
    "signed with nothing": await asked(changed(picture.url, "signature", () => "")),
    "signed for one day less": await asked(linkOf(signedAt - dayMs)),
    expired: await asked(linkOf(signedAt - lifeMs - dayMs)),
  }).toEqual({
    bare: 401,
    "of another picture": 401,
    "for longer": 401,
    "badly signed": 401,
    "signed with nothing": 401,
    "signed for one day less": 200,
    expired: 401,
  });
});

test("what is signed opens the picture, and nothing else", async () => {
  const { baseUrl, picture, authorized, asked } = await setup();
  const { search } = new URL(picture.url);
  const media = `${baseUrl}/api/v1/media/${picture.id}`;
  for (const [method, address] of [
    ["GET", `${media}/info`],
    ["DELETE", media],
    ["GET", `${baseUrl}/api/v1/jobs`],
    ["GET", `${baseUrl}/api/v1/jobs/status/${picture.jobId}`],
    ["GET", `${baseUrl}/api/v1/jobs/status/${picture.id}`],
    ["DELETE", `${baseUrl}/api/v1/jobs/${picture.jobId}`],
  ] as const) {
    expect([method, address, await asked(address + search, { method })]).toEqual([method, address, 401]);
  }
  expect(await asked(picture.url, { method: "HEAD" })).toBe(200);
  expect(await asked(media, { method: "DELETE", headers: authorized })).toBe(204);
  expect(await asked(picture.url)).toBe(404);
});
