import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectRaw } from "../raw-http.ts";
import { type IconService, shareDatabase } from "./service.ts";

const start = shareDatabase();
const canary = "the canary that nobody may see";

/** What an address may end with that leads out of the folder, or would on some system, or to what is no icon. */
const escapes = (file: string): readonly string[] => [
  `../${file}`,
  `../../${file}`,
  `tools/../../${file}`,
  `./tools/./../../${file}`,
  `..%2f${file}`,
  `..%2F..%2F${file}`,
  `%2e%2e/${file}`,
  `%2e%2e%2f%2e%2e%2f${file}`,
  `%2E%2E%5C${file}`,
  `..%5c${file}`,
  `..\\${file}`,
  `..\\..\\${file}`,
  `%252e%252e%252f${file}`,
  `..%252f${file}`,
  `%25252e%25252e%25252f${file}`,
  `%c0%ae%c0%ae/${file}`,
  `%c0%ae%c0%ae%c0%af${file}`,
  `%e0%80%ae%e0%80%ae/${file}`,
  `..%c0%af${file}`,
  `%uff0e%uff0e/${file}`,
  `%ef%bc%8e%ef%bc%8e/${file}`,
  `%e2%80%a5/${file}`,
  `..%ef%bc%8f${file}`,
  `....//${file}`,
  `....//....//${file}`,
  `..;/${file}`,
  `tools/..;/..;/${file}`,
  `/${file}`,
  `//${file}`,
  `%2f${file}`,
  `%2fetc%2fpasswd`,
  `/etc/passwd`,
  `file:///etc/passwd`,
  `C:%5cWindows%5cwin.ini`,
  `%5c%5clocalhost%5cc$%5c${file}`,
  `${file}%00.png`,
  `%00`,
  `..%00/${file}`,
  `${file}%0d%0aX-Injected:%201`,
  `tools/con.png`,
  `tools/nul`,
  `aux/aux_20260102030405_0a1b2c3d.png`,
  `.`,
  `..`,
  `...`,
  `tools`,
  `tools/`,
  ``,
  `%`,
  `%zz`,
  `%2`,
  `${"a".repeat(5_000)}.png`,
  `${"../".repeat(500)}${file}`,
];

/** Spellings of a picture that is there, none of which is its name. (Of several slashes the router makes one.) */
const misspelt = (name: string): readonly string[] => {
  const [folder = "", file = ""] = name.split("/");
  return [
    `${folder}/./${file}`,
    `${folder}/x/../${file}`,
    `${folder}%5c${file}`,
    `${folder}/${file}.`,
    `${folder}/${file}..`,
    `${folder}/${file}%20`,
    `${folder}/${file}%00`,
    `${folder}/${file};x=1`,
    `${folder}/${file}::$DATA`,
    `${folder}/${file}~`,
    `${folder.toUpperCase()}/${file}`,
    `${folder}/${file.toUpperCase()}`,
    `${folder}/${file.replace(".svg", ".SVG")}`,
    `${folder}/%ef%bb%bf${file}`,
    `sports/${file}`,
    `icons/${name}`,
    `${folder}/${file.replace("tools_", "t%6fols_").replace("_", "%255f")}`,
  ];
};

async function ask({ baseUrl }: IconService, method: string, path: string, token: string | null) {
  const connection = await connectRaw(baseUrl);
  const authorization = token === null ? "" : `Authorization: Bearer ${token}\r\n`;
  connection.send(
    `${method} ${path} HTTP/1.1\r\nHost: fovea.test\r\n${authorization}Connection: close\r\n\r\n`,
  );
  const answer = await connection.answer();
  connection.socket.destroy();
  return answer;
}

/** All that lies in a folder, by its path. */
const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

test("no spelling of an address leads to anything but an icon of the caller's", async () => {
  const service = await start();
  const { config, client, token } = service;
  // Beside the storage, in it, and among the icons: files that no icon is.
  const storage = join(config.DATA_DIR, "files");
  const made = await client.make({ category: "tools", format: "svg" });
  await mkdir(join(storage, "icons", "aux"), { recursive: true });
  for (const place of [".", "files", "files/icons", "files/icons/tools"])
    await writeFile(join(config.DATA_DIR, place, "canary.txt"), canary);
  await writeFile(join(storage, "icons", "aux", "aux_20260102030405_0a1b2c3d.png"), canary);
  const before = await filesIn(storage);

  const name = made.local_path.replace(/^icons\//, "");
  const paths = [...escapes("canary.txt"), ...escapes("files/canary.txt").slice(0, 8), ...misspelt(name)];
  expect(paths.length).toBeGreaterThan(60);
  for (const path of paths) {
    for (const credential of [token, null]) {
      const { status, headers, body } = await ask(service, "GET", `/api/images/${path}`, credential);
      const said = `${path.slice(0, 100)} ${credential === null ? "without" : "with"} a token: ${status}`;
      expect([400, 401, 404, 414, 431], said).toContain(status);
      if (credential !== null) expect(status, said).not.toBe(401);
      expect(headers["content-type"], said).toMatch(/^application\/json/);
      expect(headers["x-injected"]).toBeUndefined();
      for (const secret of [canary, config.DATA_DIR, "root:", "node_modules", "<svg"])
        expect(body, said).not.toContain(secret);
    }
  }
  expect(await filesIn(storage)).toEqual(before);
  // So that the refusals above are of the spellings, and the picture was there all the time.
  const right = await ask(service, "GET", `/api/images/${name}`, token);
  expect([right.status, right.body]).toEqual([200, expect.stringContaining("<svg")]);
});

test("a signature opens the path it was made for, however another one is spelt behind it", async () => {
  const service = await start();
  const owner = await service.as("an owner");
  const theirs = await service.client.make({ category: "sports", format: "svg" });
  const mine = new URL((await owner.make({ category: "tools", format: "svg" })).image_url);
  const foreign = new URL(theirs.image_url).pathname;
  const [, query = ""] = mine.href.split("?");
  for (const path of [
    `${foreign}?${query}`,
    `${mine.pathname}/../../sports/${foreign.split("/").at(-1)}?${query}`,
    `${foreign}#${mine.pathname}?${query}`,
    `${foreign}?x=${encodeURIComponent(mine.pathname)}&${query}`,
    `${foreign};${mine.pathname}?${query}`,
    `/api/images/..%2f..${mine.pathname}?${query}`,
    `${mine.pathname}%3f${query}`,
    `${mine.pathname.toUpperCase()}?${query}`,
  ]) {
    const { status, body } = await ask(service, "GET", path, null);
    expect([path, [400, 401, 404].includes(status), body.includes("<svg")]).toEqual([path, true, false]);
  }
  expect(await ask(service, "GET", `${mine.pathname}?${query}`, null)).toMatchObject({ status: 200 });
});

test("a category is only words, and no part of any path", async () => {
  const { client, config } = await start();
  const hostile = [
    "../../etc/passwd",
    "..\\..\\windows",
    "/etc/cron.d/x",
    "con",
    "nul",
    "a\u0000b",
    "<script>alert(1)</script>",
    "'; drop table icons; --",
    "{{jndi:ldap://x}}",
    "..",
    "図書館",
    "\u202etxt.exe",
  ];
  const { results } = await client.batch({ categories: hostile, format: "svg" });
  expect(results).toHaveLength(hostile.length);
  for (const { success, local_path, image_url } of results) {
    expect(success).toBe(true);
    expect(local_path).toMatch(/^icons\/([a-z0-9_]{1,60})\/\1_\d{14}_[0-9a-f]{8}\.svg$/);
    const { status, bytes, headers } = await client.open(image_url ?? "");
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*sandbox/);
    expect(bytes.toString()).not.toMatch(/script|jndi|drop table|passwd|href=/i);
  }
  // As many as there are categories: not one has written over another one's.
  expect(new Set(results.map(({ local_path }) => local_path)).size).toBe(hostile.length);
  expect(
    (await filesIn(config.DATA_DIR)).filter(
      (name) => /passwd|cron|windows/i.test(name) && !name.startsWith("files/icons/"),
    ),
  ).toEqual([]);
});
