import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import { temporaryFolder } from "../../../test/world.ts";
import { awaitSchema } from "./await-schema.ts";
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
  (await migrate(database.transaction, readMigrations(await folderWith(files)))).applied;

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

  test("what a newer program has added is no reason not to start, and is told", async () => {
    const where = await place();
    const database = await open({ ...where, migrations: await folderWith(usual) });
    await database.close();
    const warnings: object[] = [];
    const log = { info() {}, warn: (fields: object) => void warnings.push(fields) };
    const migrations = await folderWith({ "0001_items.sql": usual["0001_items.sql"] });
    expect(await ids(await open({ ...where, migrations, log }))).toEqual([1, 2]);
    expect(warnings).toEqual([{ migrations: ["0002_more"] }]);
  });

  test.each([
    [1, "0003"],
    [2, "0003"],
  ])(
    "of two, a program that knows %i is refused where a newer one breaks with those before %s",
    async (knows, before) => {
      const where = await place();
      const three = {
        ...usual,
        "0003_without.sql": `-- Nobody reads it since 0002.\n-- breaks programs before ${before}\ndrop table items;`,
      };
      const database = await open({ ...where, migrations: await folderWith(three) });
      await database.close();
      const migrations = await folderWith(Object.fromEntries(Object.entries(usual).slice(0, knows)));
      await expect(open({ ...where, migrations })).rejects.toThrow(
        /newer release: it has 0003_without, with which this one cannot work/,
      );
      await (await open(where)).close();
    },
  );

  test("a program that is new enough for a migration which breaks with older ones starts", async () => {
    const where = await place();
    const three = { ...usual, "0003_less.sql": "-- breaks programs before 0002\nselect 1;" };
    await (await open({ ...where, migrations: await folderWith(three) })).close();
    expect(await ids(await open({ ...where, migrations: await folderWith(usual) }))).toEqual([1, 2]);
  });

  test("the books of a program that knew of no breaks are read, and gone on with", async () => {
    const database = await open();
    await migrateWith(database, { "0001_items.sql": usual["0001_items.sql"] });
    await sql`alter table schema_migrations drop column breaks_before`.execute(database.sql);
    expect(await migrateWith(database, usual)).toEqual(["0002_more"]);
  });

  test("another process may be waited for", async () => {
    const database = await open();
    const migrations = readMigrations(await folderWith(usual));
    const told = Promise.withResolvers<object>();
    const waiting = awaitSchema(database.sql, migrations, { log: { info: told.resolve }, lookMs: 5 });
    expect(await told.promise).toEqual({ missing: ["0001_items", "0002_more"] });
    await migrate(database.transaction, migrations);
    expect(await waiting).toEqual({ applied: [], unknown: [] });
    expect(await ids(database)).toEqual([1, 2]);
  });

  test("nobody is waited for longer than patience lasts", async () => {
    const database = await open();
    await migrateWith(database, { "0001_items.sql": usual["0001_items.sql"] });
    const migrations = readMigrations(await folderWith(usual));
    const waiting = awaitSchema(database.sql, migrations, { log: { info() {} }, patienceMinutes: 0 });
    await expect(waiting).rejects.toThrow(/lacks 0002_more.*npm run migrate/);
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
