import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, expect, test } from "vitest";
import { type DatabaseUnderTest, describeDatabase } from "../../../../test/databases.ts";
import { temporaryFolder } from "../../../../test/world.ts";
import type { Database } from "../database.ts";
import { migrate, readMigrations } from "../migrate.ts";
import { dump } from "./dump.ts";
import { readLines, writeLines } from "./file.ts";
import type { ForeignSchema } from "./format.ts";
import { restore } from "./restore.ts";

const now = new Date("2026-11-21T08:00:00Z");

const first = `
  create type mood as enum ('sad', 'fine');
  create table parents (id int8 generated always as identity primary key, name text not null);
  create table a_child (
    parent int8 not null references parents, position int not null, mood mood, bytes bytea, at timestamptz,
    amount numeric, tags text[], output jsonb, "odd ""name" text,
    doubled int generated always as (position * 2) stored, primary key (parent, position)
  );
  create table empty (id int);
  create table notes (text text);
  insert into notes values ('from the migration');
`;
const second = "alter table parents add column upper text; update parents set upper = upper(name);";

async function migrationsOf(...texts: string[]) {
  const folder = join(await temporaryFolder(), "migrations");
  mkdirSync(folder);
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `000${index + 1}_step.sql`), text);
  return readMigrations(folder);
}

const library: ForeignSchema = {
  name: "library",
  version: 7,
  versionQuery: "select version from library.version",
  create: `create schema library; create table library.version (version int); insert into library.version values (7);
    create table library.job (id int, name text, primary key (name, id)) partition by list (name);
    create table library.job_common partition of library.job default;`,
};

/** The same, of a release that brings another version of it. */
const newerLibrary = { ...library, version: 8 };

async function fill(database: Database): Promise<void> {
  await sql`insert into parents (name) select 'parent ' || n from generate_series(1, 10) n`.execute(
    database.sql,
  );
  await sql`delete from parents where id > 8`.execute(database.sql);
  await sql`
    insert into a_child (parent, position, mood, bytes, at, amount, tags, output, "odd ""name")
    select 1 + n % 8, n, 'fine', '\\x00ff', '2026-11-21 08:00:00.123456+00', 1.50, array['a', null, 'b,"\\'],
      '{"a": [1, null, "\\\\u0000"]}', E'line\nbreak\t\\\\ "quoted" 🌍'
    from generate_series(1, 2500) n`.execute(database.sql);
  await sql`insert into a_child (parent, position) values (1, -1)`.execute(database.sql);
  await sql`update notes set text = 'changed'`.execute(database.sql);
}

/** Everything that is to survive, as PostgreSQL sees it. */
async function contents(database: Database) {
  const { rows } = await sql`
    select
      (select md5(string_agg(c::text, '|' order by parent, position)) from a_child c) as children,
      (select count(*) from a_child) as count,
      (select array_agg(name order by id) from parents) as parents,
      (select array_agg(text) from notes) as notes`.execute(database.sql);
  return rows[0];
}

const nextParent = async (database: Database) =>
  (await sql<{ id: number }>`insert into parents (name) values ('next') returning id`.execute(database.sql))
    .rows[0]?.id;

async function filled({ open }: Pick<DatabaseUnderTest, "open">): Promise<Database> {
  const database = await open();
  await migrate(database.transaction, await migrationsOf(first));
  await fill(database);
  return database;
}

async function backup(
  database: Database,
  foreign: readonly ForeignSchema[] = [],
  folder?: string,
): Promise<string> {
  const file = join(folder ?? (await temporaryFolder()), "backup");
  await writeLines(file, (write) => dump(database, foreign, now, write));
  return file;
}

const restoreInto = async (
  database: Database,
  file: string,
  { steps = [first], foreign = [] as ForeignSchema[], force = false } = {},
) => restore(database, readLines(file), { migrations: await migrationsOf(...steps), foreign, force });

/** The lines of a backup, changed by hand. */
function rewrite(file: string, change: (lines: string[]) => string[]): void {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");
  writeFileSync(file, gzipSync(`${change(lines).join("\n")}\n`));
}

const suites: DatabaseUnderTest[] = [];

describeDatabase(
  "backup and restore",
  (suite) => {
    const { open, emptied } = suite;
    suites.push(suite);

    let made: { folder: string; file: string; contents: unknown } | undefined;
    afterAll(() => made && rm(made.folder, { recursive: true }));
    /** The backup of a filled database, made once for all, and what was in it. */
    async function backedUp() {
      if (made) return made;
      const source = await filled(suite);
      const folder = await mkdtemp(join(tmpdir(), "fovea-backup-"));
      made = { folder, file: await backup(source, [], folder), contents: await contents(source) };
      return made;
    }

    test("bring everything back: values, numbering, what migrations wrote, generated columns", async () => {
      const { file, contents: before } = await backedUp();
      const target = await emptied();
      expect(await restoreInto(target, file)).toEqual({
        createdAt: now.toISOString(),
        tables: 4,
        rows: 8 + 2501 + 1,
        leftOut: [],
      });
      expect(await contents(target)).toEqual(before);
      expect(await contents(target)).toMatchObject({ notes: ["changed"], count: 2501 });
      expect(await nextParent(target)).toBe(11);
      await expect(
        sql`insert into a_child (parent, position) values (99, 1)`.execute(target.sql),
      ).rejects.toThrow(/foreign key/);
    });

    test("a backup of an older release is migrated", async () => {
      const { file } = await backedUp();
      const target = await emptied();
      await restoreInto(target, file, { steps: [first, second] });
      const { rows } = await sql`select upper from parents where id = 3`.execute(target.sql);
      expect(rows).toEqual([{ upper: "PARENT 3" }]);
      expect((await migrate(target.transaction, await migrationsOf(first, second))).applied).toEqual([]);
    });

    test("a backup of a newer release, or of another history, is refused before anything is touched", async () => {
      const { file } = await backedUp();
      const target = await emptied();
      await expect(restoreInto(target, file, { steps: [] })).rejects.toMatchObject({ code: "schema_newer" });
      await expect(restoreInto(target, file, { steps: ["select 1"] })).rejects.toMatchObject({
        code: "migration_changed",
      });
      const newer = join(await temporaryFolder(), "newer");
      copyFileSync(file, newer);
      rewrite(newer, ([head = "", ...rest]) => [head.replace('"version":1', '"version":2'), ...rest]);
      await expect(restoreInto(target, newer)).rejects.toMatchObject({ code: "backup_newer" });
      expect((await sql`select to_regclass('parents') as it`.execute(target.sql)).rows).toEqual([
        { it: null },
      ]);
    });

    test("data that is there is replaced only with force, and then all of it", async () => {
      const { file } = await backedUp();
      const target = await filled({ open: emptied });
      await sql`create table left_over (id int)`.execute(target.sql);
      await sql`insert into parents (name) values ('only here')`.execute(target.sql);
      const before = await contents(target);
      await expect(restoreInto(target, file)).rejects.toThrow(/public\.parents.*--force/);
      expect(await contents(target)).toEqual(before);
      await restoreInto(target, file, { force: true });
      expect(await contents(target)).toMatchObject({ parents: expect.not.arrayContaining(["only here"]) });
      expect((await sql`select to_regclass('left_over') as it`.execute(target.sql)).rows).toEqual([
        { it: null },
      ]);
    });

    test("a schema without data, as after a first start, is no data", async () => {
      const { file } = await backedUp();
      const target = await emptied();
      await migrate(target.transaction, await migrationsOf(first, second));
      await sql`delete from notes`.execute(target.sql);
      await restoreInto(target, file, { steps: [first, second] });
      expect(await contents(target)).toMatchObject({ count: 2501 });
    });

    test("a file that is damaged, or no backup, changes nothing", async () => {
      const { file } = await backedUp();
      const target = await filled({ open: emptied });
      const before = await contents(target);
      const folder = await temporaryFolder();
      const damages: Readonly<Record<string, (file: string) => void>> = {
        "cut off": (damaged) => writeFileSync(damaged, readFileSync(file).subarray(0, -5000)),
        "without its end": (damaged) => rewrite(damaged, (lines) => lines.slice(0, -1)),
        "with a row less": (damaged) => rewrite(damaged, (lines) => lines.toSpliced(5, 1)),
        "with a table less": (damaged) =>
          rewrite(damaged, (lines) => lines.filter((line) => !/empty"/.test(line))),
        "of something else": (damaged) => writeFileSync(damaged, gzipSync('{"format":"other"}\n')),
        "not gzipped": (damaged) => writeFileSync(damaged, "hello"),
        empty: (damaged) => writeFileSync(damaged, gzipSync("")),
      };
      for (const [what, damage] of Object.entries(damages)) {
        const damaged = join(folder, what);
        copyFileSync(file, damaged);
        damage(damaged);
        await expect(restoreInto(target, damaged, { force: true }), what).rejects.toMatchObject({
          code: "not_a_backup",
        });
        expect(await contents(target), what).toEqual(before);
      }
      // It is the damage that was refused.
      await restoreInto(target, file, { force: true });
    });

    test("tables of a library are kept where its version is the same, and left out and told where not", async () => {
      const source = await filled(suite);
      await sql.raw(library.create).execute(source.sql);
      await sql`insert into library.job values (1, 'mail'), (2, 'mail')`.execute(source.sql);
      const file = await backup(source, [library]);
      const jobs = async (database: Database) =>
        (await sql`select to_regclass('library.job')::text as there`.execute(database.sql)).rows[0];

      const target = await open();
      expect(await restoreInto(target, file, { foreign: [library] })).toMatchObject({
        leftOut: [],
        rows: 2513,
      });
      expect((await sql`select id from library.job order by id`.execute(target.sql)).rows).toEqual([
        { id: 1 },
        { id: 2 },
      ]);
      await restoreInto(target, file, { foreign: [library], force: true });

      expect(await restoreInto(target, file, { foreign: [newerLibrary], force: true })).toMatchObject({
        leftOut: ["library"],
        rows: 2510,
      });
      expect(await jobs(target)).toEqual({ there: null });
    });

    test("what is written while a backup is made is not in it", async () => {
      const source = await filled(suite);
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      // Waits where the database is embedded, and is done in the middle of the backup on a server.
      const writing = begun.then(() => sql`update notes set text = 'too late'`.execute(source.sql));
      const file = join(await temporaryFolder(), "backup");
      await writeLines(file, (write) =>
        dump(source, [], now, async (lines) => {
          begin();
          if (suite.engine === "postgresql") await writing;
          await write(lines);
        }),
      );
      await writing;
      const target = await emptied();
      await restoreInto(target, file);
      expect(await contents(target)).toMatchObject({ count: 2501, notes: ["changed"] });
    });

    if (suite.engine === "postgresql")
      test("while the service runs on the database nothing is restored, not even with force", async () => {
        const { file } = await backedUp();
        const where = await suite.place();
        const service = await suite.open(where);
        await sql`select 1`.execute(service.sql);
        const target = await suite.open({ ...where, poolSize: 1 });
        await expect(restoreInto(target, file, { force: true })).rejects.toThrow(/running on this database/);
      });

    if (suite.engine === "postgresql")
      test.each([
        ["from the embedded database to a server", 0, 1],
        ["from a server to the embedded database", 1, 0],
      ])("move %s", async (_name, from, to) => {
        const [source, target] = [suites[from], suites[to]];
        if (!source || !target) throw new Error("both suites are declared before the tests run");
        const before = await filled(source);
        const file = await backup(before);
        const after = await target.open();
        await restoreInto(after, file);
        expect(await contents(after)).toEqual(await contents(before));
      });
  },
  { ordinarily: "embedded" },
);

test("a backup is private, has its name when it is whole, and replaces none", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "backup");
  const failure = writeLines(file, async (write) => {
    await write("line\n");
    expect(readdirSync(folder)).toEqual(["backup.partial"]);
    throw new Error("no");
  });
  await expect(failure).rejects.toThrow("no");
  expect(readdirSync(folder)).toEqual([]);
  await writeLines(file, (write) => write("line\n"));
  await expect(writeLines(file, async () => {})).rejects.toMatchObject({ code: "file_exists" });
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line);
  expect(lines).toEqual(["line"]);
});
