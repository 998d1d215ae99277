import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { leaveToSoak } from "../../../../test/needs.ts";
import { temporaryDataDir } from "../../../../test/world.ts";
import { openDatabase } from "../database.ts";
import { readyDataFolder } from "./data-folder.ts";
import { ensureTemplate, templateCache } from "./template.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await temporaryDataDir(), "database");
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const open = (dataDir: string) =>
  openDatabase({
    url: undefined,
    dataDir,
    poolSize: 1,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault() {},
  });

test("a fresh folder is complete, private, and holds one database", async () => {
  const dataDir = await temporaryDataDir();
  const database = await open(dataDir);
  const { rows } = await sql`
    select datname, datistemplate, age(datfrozenxid) < 1000 as young from pg_database`.execute(database.sql);
  expect(rows).toEqual([{ datname: "postgres", datistemplate: false, young: true }]);
  await database.close();
  expect(readdirSync(dataDir).sort()).toEqual(["database", "database.lock"]);
  expect(statSync(join(dataDir, "database")).mode & 0o077).toBe(0);
  expect(readFileSync(join(dataDir, "database", "PG_VERSION"), "utf8").trim()).toBe("18");
});

test("what starts that were killed left unfinished is removed", async () => {
  const folder = join(await temporaryDataDir(), "database");
  mkdirSync(`${folder}.new-abc/base`, { recursive: true });
  writeFileSync(join(`${folder}.new-abc`, "PG_VERSION"), "18\n");
  await readyDataFolder(folder, templateCache);
  expect(readdirSync(join(folder, ".."))).toEqual(["database"]);
});

leaveToSoak("templates that were never finished", () => {
  test("a template that is being made, or was never finished, is not taken for one", async () => {
    const cache = await temporaryDataDir();
    const [first, second] = await Promise.all([ensureTemplate(cache), ensureTemplate(cache)]);
    expect(first).toBe(second);
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^database-\d+\.\d+\.\d+-\d+$/)]);
    expect(existsSync(join(first ?? "", "PG_VERSION"))).toBe(true);
  });
});

leaveToSoak("a first start without a place for a template", () => {
  test("without a place for a template the database is created directly", async () => {
    const folder = join(await temporaryDataDir(), "database");
    const notAFolder = join(await temporaryDataDir(), "file");
    writeFileSync(notAFolder, "");
    await readyDataFolder(folder, notAFolder);
    expect(existsSync(join(folder, "PG_VERSION"))).toBe(true);
  });
});

test("a folder of an older PostgreSQL is refused with the way out, and left as it is", async () => {
  const folder = await folderWith({ PG_VERSION: "17\n", "postmaster.pid": "" });
  await expect(readyDataFolder(folder, templateCache)).rejects.toThrow(
    /written by an embedded PostgreSQL 17, .* brings 18.*npm run backup.*npm run restore/,
  );
  expect(readdirSync(folder).sort()).toEqual(["PG_VERSION", "postmaster.pid"]);
});

test("a folder of a newer one is refused", async () => {
  const folder = await folderWith({ PG_VERSION: "19\n" });
  await expect(readyDataFolder(folder, templateCache)).rejects.toThrow(/PostgreSQL 19, .* newer one/);
});

test("a folder of something else is refused", async () => {
  const folder = await folderWith({ "photo.jpg": "" });
  await expect(readyDataFolder(folder, templateCache)).rejects.toThrow(/no PG_VERSION/);
});

test("an empty postmaster.pid, which PGlite does not open, is in nobody's way", async () => {
  const dataDir = await temporaryDataDir();
  await (await open(dataDir)).close();
  writeFileSync(join(dataDir, "database", "postmaster.pid"), "");
  await (await open(dataDir)).close();
});

test("a damaged folder is told with PostgreSQL's words and the way out, and can be opened once mended", async () => {
  const dataDir = await temporaryDataDir();
  await (await open(dataDir)).close();
  const control = join(dataDir, "database", "global", "pg_control");
  const content = readFileSync(control);
  writeFileSync(control, Buffer.alloc(content.length));
  await expect(open(dataDir)).rejects.toThrow(/does not open: .*(FATAL|PANIC).*npm run restore/);
  writeFileSync(control, content);
  await (await open(dataDir)).close();
});
