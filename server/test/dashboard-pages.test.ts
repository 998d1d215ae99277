import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { listenApp, startApp, temporaryFolder } from "./world.ts";

const template = `<!doctype html>
<html lang="en" data-base-path="">
  <head>
    <title>Fovea</title>
    <link rel="icon" href="./favicon.svg">
    <script type="module" src="./assets/index-abc.js"></script>
  </head>
  <body>
    <div id="root"></div>
  </body>
</html>`;

/** An application as Vite leaves it. */
async function builtApplication(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), template);
  await writeFile(join(folder, "favicon.svg"), "<svg/>");
  await writeFile(join(folder, "assets/index-abc.js"), "export {};");
  await writeFile(join(folder, "assets/index-abc.js.gz"), gzipSync("export {};"));
  return folder;
}

const html = { accept: "text/html" };
const start = async (env: Readonly<Record<string, string>> = {}) =>
  startApp(env, undefined, { dashboard: await builtApplication() });

describe("a page of the dashboard", () => {
  test("runs what is of this service alone, and shows what it can without scripts", async () => {
    const { app } = await start();
    const pages = await Promise.all([1, 2].map(() => app.http.inject({ url: "/", headers: html })));
    const nonces = pages.map(({ headers, body }) => {
      const policy = String(headers["content-security-policy"]);
      const nonce = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy)?.[1];
      expect(policy).toContain("default-src 'none'; script-src 'self'; ");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers["cache-control"]).toBe("no-store");
      expect(body).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
      expect(body).toMatch(/<noscript><style nonce="[^"]+">[\s\S]*action="\/upload"[\s\S]*<\/noscript>/);
      expect(body).not.toMatch(/<script(?![^>]*src=)/);
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  test("has its files below the base path, for a year where their names say what they hold", async () => {
    const { app } = await start({ BASE_PATH: "/team/images" });
    const { body } = await app.http.inject({ url: "/team/images/icons", headers: html });
    expect(body).toContain('data-base-path="/team/images"');
    const [, script = ""] = /src="([^"]+)"/.exec(body) ?? [];
    expect(script).toBe("/team/images/dashboard/assets/index-abc.js");
    const file = await app.http.inject({ url: script, headers: { "accept-encoding": "gzip" } });
    expect(file.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-encoding": "gzip",
      "content-type": expect.stringMatching(/^(?:text|application)\/javascript/),
    });
    expect((await app.http.inject({ url: script })).body).toBe("export {};");
    expect((await app.http.inject({ url: "/team/images/dashboard/favicon.svg" })).headers).toMatchObject({
      "cache-control": "public, max-age=3600",
      "content-type": "image/svg+xml",
    });
    for (const name of ["index.html", "assets/none.js", "..%2f..%2fpackage.json", ""])
      expect((await app.http.inject({ url: `/team/images/dashboard/${name}` })).statusCode).toBe(404);
  });

  test("of a batch that there is not is a 404 that is a page", async () => {
    const { app } = await start();
    const answer = await app.http.inject({
      url: "/batch/3f0e6c2e-7df3-4d2e-9d39-6e2f9a4d8a11",
      headers: html,
    });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-type"]).toMatch(/^text\/html/);
  });

  test("of a batch has its name as text, and loads itself again only without scripts", async () => {
    const { baseUrl } = await listenApp({}, undefined, { dashboard: await builtApplication() });
    const form = new FormData();
    form.set("file", new Blob(["url\nhttps://shop.example/a.png\n"]), "a.csv");
    form.set("batch_name", "</title><script>alert(1)</script>$&");
    form.set("auto_start", "false");
    const sent = await fetch(`${baseUrl}/upload`, { method: "POST", body: form, redirect: "manual" });
    expect(sent.status).toBe(303);
    const page = await fetch(new URL(sent.headers.get("location") ?? "", baseUrl), { headers: html });
    const body = await page.text();
    expect(body).toContain("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;$&amp; · Fovea</title>");
    expect(body).not.toContain("<script>alert");
    expect(body).toMatch(/<h1>&lt;\/title&gt;/);
  });
});

describe("who opens a page", () => {
  const cookieOf = (headers: Record<string, unknown>) =>
    String(headers["set-cookie"] ?? "").split(";")[0] ?? "";

  test("on a machine of their own has a session, with which every API answers", async () => {
    const { app } = await start();
    const first = await app.http.inject({ url: "/icons", headers: html });
    expect(first.headers["set-cookie"]).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = cookieOf(first.headers);
    for (const url of ["/api/icons/batches", "/api/v1/jobs"])
      expect((await app.http.inject({ url, headers: { cookie } })).statusCode).toBe(200);
    const again = await app.http.inject({ url: "/icons", headers: { ...html, cookie } });
    expect(again.headers).not.toHaveProperty("set-cookie");
    const forged = await app.http.inject({
      method: "POST",
      url: "/api/icons/cache/clear",
      headers: { cookie, origin: "https://stranger.example", "sec-fetch-site": "cross-site" },
    });
    expect([401, 403]).toContain(forged.statusCode);
  });

  test.for<[string, Record<string, string>, Record<string, string>]>([
    ["under a name that is not this machine's", {}, { host: "rebound.example:8000" }],
    [
      "of a service that others reach",
      { HOST: "0.0.0.0", AUTH: "contract", JWT_SECRET_KEY: "s".repeat(32) },
      {},
    ],
    ["in production", { ENVIRONMENT: "production", JWT_SECRET_KEY: "s".repeat(32) }, {}],
    ["where nobody is asked anyway", { AUTH: "off" }, {}],
    ["without a development token", { DEV_TOKENS: "," }, {}],
  ])("%s has none", async ([, env, headers]) => {
    const { app } = await start(env);
    const answer = await app.http.inject({ url: "/", headers: { ...html, ...headers } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty("set-cookie");
  });

  test("with AUTH=all signs in first", async () => {
    const { app } = await start({ AUTH: "all", API_KEY: "k" });
    const answer = await app.http.inject({ url: "/system/status", headers: html });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe("/sign-in?next=%2Fsystem%2Fstatus");
  });
});
