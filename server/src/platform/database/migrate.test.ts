import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import { temporaryFolder } from "../../../test/world.ts";
import type { Database } from "./database.ts";
import { migrate, readMigrations } from "./migrate.ts";

const usual = {
  "0001_items.sql": "create table items (id int);\ninsert into items values (1);\n",
  "0002_more.sql": "-- ; in a comment\ninsert into items select max(id) + 1 from items;",
};

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await temporaryFolder(), "migrations");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const migrateWith = async (database: Database, files: Readonly<Record<string, string>>) =>
  migrate(database.transaction, readMigrations(await folderWith(files)));

async function ids(database: Database): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from items order by id`.execute(database.sql);
  return rows.map(({ id }) => id);
}

describeDatabase("migrations", ({ open, place, engine }) => {
  test("are applied once, in order, when the database is opened", async () => {
    const where = await place();
    const migrations = await folderWith(usual);
    const first = await open({ ...where, migrations });
    expect(await ids(first)).toEqual([1, 2]);
    await first.close();
    const second = await open({ ...where, migrations });
    expect(await ids(second)).toEqual([1, 2]);
    const { rows } = await sql`select number, name, length(checksum) from schema_migrations`.execute(
      second.sql,
    );
    expect(rows).toEqual([
      { number: 1, name: "0001_items", length: 64 },
      { number: 2, name: "0002_more", length: 64 },
    ]);
  });

  test("what is new is added to what is there", async () => {
    const database = await open();
    expect(await migrateWith(database, { "0001_items.sql": usual["0001_items.sql"] })).toEqual([
      "0001_items",
    ]);
    expect(await migrateWith(database, usual)).toEqual(["0002_more"]);
    expect(await migrateWith(database, usual)).toEqual([]);
  });

  test("one that fails leaves nothing of itself, keeps those before it, and can be mended", async () => {
    const database = await open();
    const broken = { ...usual, "0003_broken.sql": "insert into items values (3); select 1/0;" };
    await expect(migrateWith(database, broken)).rejects.toThrow("division by zero");
    expect(await ids(database)).toEqual([1, 2]);
    const mended = { ...usual, "0003_broken.sql": "insert into items values (3);" };
    expect(await migrateWith(database, mended)).toEqual(["0003_broken"]);
  });

  test("an applied one that was changed is refused", async () => {
    const database = await open();
    await migrateWith(database, usual);
    const changed = { ...usual, "0001_items.sql": "create table items (id bigint);" };
    await expect(migrateWith(database, changed)).rejects.toMatchObject({ code: "migration_changed" });
  });

  test("other line ends are no change", async () => {
    const database = await open();
    await migrateWith(database, usual);
    const windows = { ...usual, "0001_items.sql": usual["0001_items.sql"].replaceAll("\n", "\r\n") };
    expect(await migrateWith(database, windows)).toEqual([]);
  });

  test("a schema newer than the program is refused with what to do, and the database closed again", async () => {
    const where = await place();
    const database = await open({ ...where, migrations: await folderWith(usual) });
    await database.close();
    const migrations = await folderWith({ "0001_items.sql": usual["0001_items.sql"] });
    await expect(open({ ...where, migrations })).rejects.toThrow(/newer release: it has 0002_more/);
    await (await open(where)).close();
  });

  if (engine === "postgresql")
    test("of several processes that start together one applies each, the others wait", async () => {
      const where = await place();
      const migrations = await folderWith({
        ...usual,
        "0003_slow.sql": "select pg_sleep(0.2); insert into items values (3);",
      });
      const databases = await Promise.all([1, 2, 3, 4].map(() => open({ ...where, migrations })));
      for (const database of databases) expect(await ids(database)).toEqual([1, 2, 3]);
    });
});

describe("a folder of migrations", () => {
  test.each([
    ["a gap", ["0001_a.sql", "0003_b.sql"]],
    ["a number twice", ["0001_a.sql", "0001_b.sql"]],
    ["another form of name", ["0001_a.sql", "2-b.sql"]],
  ])("with %s is refused", async (_name, names) => {
    const folder = await folderWith(Object.fromEntries(names.map((name) => [name, "select 1;"])));
    expect(() => readMigrations(folder)).toThrow(/should be migration 2/);
  });

  test("holds this program's migrations, and may hold other files", async () => {
    const names = readMigrations(join(import.meta.dirname, "../../../migrations")).map(({ name }) => name);
    expect(names[0]).toBe("0001_installation");
    expect(readMigrations(await folderWith({ ...usual, "README.md": "" }))).toHaveLength(2);
  });
});
