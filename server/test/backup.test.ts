import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { PgBoss } from "pg-boss";
import { expect, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import type { Database } from "../src/platform/database/database.ts";
import { sqlExecutor } from "../src/platform/database/executor.ts";
import { bossSchema } from "../src/platform/jobs/boss.ts";
import { migrationsFolder } from "../src/stored.ts";
import { describeDatabase, type Place } from "./databases.ts";
import { leaveToSoak } from "./needs.ts";
import { temporaryFolder } from "./world.ts";

const source = (name: string) => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));

const startCommand = (name: string, { url, dataDir }: Place, ...args: string[]) =>
  startProcess(process.execPath, ["--disable-warning=ExperimentalWarning", source(name), ...args], {
    cwd: dataDir,
    env: {
      PATH: process.env["PATH"],
      DATA_DIR: dataDir,
      ...{ PORT: "0", SAMPLE: "off" },
      ...(url === undefined ? {} : { DATABASE_URL: url }),
    },
  });

async function run(name: string, place: Place, ...args: string[]) {
  const { code, output } = await startCommand(name, place, ...args).ended;
  return { code, output: output.trim() };
}

async function startBoss(database: Database): Promise<PgBoss> {
  const boss = new PgBoss({
    db: sqlExecutor(database.sql),
    schema: bossSchema,
    backend: database.engine === "embedded" ? "pglite" : "postgres",
    supervise: false,
    schedule: false,
  });
  await boss.start();
  return boss;
}

describeDatabase(
  "npm run backup and restore",
  ({ engine, place, open }) => {
    test("bring back what the service knows, with the jobs that wait", async () => {
      const before = await place();
      const database = await open({ ...before, migrations: migrationsFolder });
      const boss = await startBoss(database);
      await boss.createQueue("mail");
      const id = await boss.send("mail", { to: "you" });
      const installation = await sql`select id, created_at from installation`.execute(database.sql);
      await boss.stop({ graceful: false });
      await database.close();

      const file = join(await temporaryFolder(), "fovea.backup");
      const backedUp = await run("backup", before, file);
      expect(backedUp).toEqual({
        code: 0,
        output: expect.stringMatching(/^Backed up \d+ rows of \d+ tables of the .* to .*fovea\.backup\.$/),
      });

      const after = await place();
      const restored = await run("restore", after, file);
      expect(restored).toEqual({
        code: 0,
        output: expect.stringMatching(/^Restored \d+ rows of \d+ tables, as they were at 2\d{3}-.*Z\.$/),
      });
      const copy = await open({ ...after, migrations: migrationsFolder });
      expect((await sql`select id, created_at from installation`.execute(copy.sql)).rows).toEqual(
        installation.rows,
      );
      const again = await startBoss(copy);
      const jobs = await again.fetch("mail");
      await again.stop({ graceful: false });
      expect(jobs).toMatchObject([{ id, data: { to: "you" } }]);
    });

    test("while the service runs, a restore is refused; so is a backup of the embedded database", async () => {
      const where = await place();
      const service = startCommand("main", where);
      await service.shown('"msg":"ready"');
      const file = join(await temporaryFolder(), "fovea.backup");
      const backedUp = await run("backup", where, file);
      if (engine === "embedded") {
        expect(backedUp).toEqual({
          code: 1,
          output: expect.stringContaining(`in use by process ${service.pid} on `),
        });
      } else {
        expect(backedUp).toMatchObject({ code: 0 });
        expect(await run("restore", where, file, "--force")).toEqual({
          code: 1,
          output: expect.stringMatching(/^The service is running on this database .* Stop it first\.$/),
        });
      }
      service.child.kill("SIGINT");
      await service.ended;
    });

    // What is refused is in the tables and in the folder of the file, whatever the database.
    const twice = () =>
      test("a second restore is refused without --force, and a second backup under the same name", async () => {
        const where = await place();
        const database = await open({ ...where, migrations: migrationsFolder });
        const boss = await startBoss(database);
        await boss.createQueue("mail");
        await boss.send("mail", {});
        await boss.stop({ graceful: false });
        await database.close();
        const file = join(await temporaryFolder(), "fovea.backup");
        await run("backup", where, file);
        const content = readFileSync(file);
        expect(await run("backup", where, file)).toEqual({
          code: 1,
          output: `${file} is there already, and backups are not overwritten: give another name.`,
        });
        expect(readFileSync(file)).toEqual(content);
        expect(await run("restore", where, file)).toEqual({
          code: 1,
          output: expect.stringMatching(/^The database holds data already .*pgboss\.job.*--force/),
        });
        expect(await run("restore", where, file, "--force")).toMatchObject({ code: 0 });
      });
    if (engine === "postgresql") twice();
    else leaveToSoak("npm run restore, and backup, twice, embedded", twice);
  },
  { ordinarily: "postgresql" },
);

test("called wrongly, the commands say how they are called", async () => {
  const where = { url: undefined, dataDir: await temporaryFolder() };
  expect(await run("backup", where)).toEqual({
    code: 1,
    output: "Expected the name of one file.\nUsage: npm run backup -- FILE",
  });
  expect(await run("restore", where, "x", "--hurry")).toEqual({
    code: 1,
    output: expect.stringMatching(/--hurry[\s\S]*\nUsage: npm run restore -- FILE \[--force\]$/),
  });
});

test("a file that is not there is told in the system's words", async () => {
  const where = { url: undefined, dataDir: await temporaryFolder() };
  const { code, output } = await run("restore", where, "nowhere");
  expect([code, output]).toEqual([1, expect.stringMatching(/^ENOENT: .*nowhere'$/)]);
  const unwritable = await run("backup", where, "no/folder/here");
  expect(unwritable.output).toMatch(/^ENOENT: .*no\/folder\/here\.partial'$/);
});
