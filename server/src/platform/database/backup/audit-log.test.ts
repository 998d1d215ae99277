import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabase } from "../../../../test/databases.ts";
import { temporaryFolder } from "../../../../test/world.ts";
import { migrationsFolder } from "../../../stored.ts";
import { theService } from "../../audit/actor.ts";
import { createAudit } from "../../audit/audit.ts";
import { exportStatistics } from "../../audit/export-statistics.ts";
import type { Database } from "../database.ts";
import { readMigrations } from "../migrate.ts";
import { dump } from "./dump.ts";
import { readLines, writeLines } from "./file.ts";
import { restore } from "./restore.ts";

const now = new Date("2026-11-21T08:00:00Z");

async function contents(database: Database) {
  const { rows } = await sql`select * from audit_log order by id`.execute(database.sql);
  return { rows, exports: await exportStatistics(database.sql, now) };
}

const record = (database: Database, target: string) =>
  createAudit({ database }).record(database.sql, {
    action: "export.completed",
    target,
    details: { format: "csv", bytes: target.length },
    by: theService,
  });

describeDatabase(
  "a backup of the audit log",
  ({ open, place }) => {
    const backedUp = async () => {
      const database = await open({ migrations: migrationsFolder });
      for (const target of ["a", "bb", "ccc"]) await record(database, target);
      const file = join(await temporaryFolder(), "backup");
      await writeLines(file, (write) => dump(database, [], now, write));
      return { database, file };
    };
    const restoreInto = (database: Database, file: string, force: boolean) =>
      restore(database, readLines(file), {
        migrations: readMigrations(migrationsFolder),
        foreign: [],
        force,
      });

    test.each([
      ["an empty database", undefined],
      ["a database that was started before", migrationsFolder],
    ])("is restored into %s, where it goes on and can only grow", async (_name, migrations) => {
      const { database, file } = await backedUp();
      const target = await open({ ...(await place()), migrations });
      await restoreInto(target, file, false);
      expect(await contents(target)).toEqual(await contents(database));
      expect(await contents(target)).toMatchObject({ exports: { total: 3, averageBytes: 2 } });
      for (const statement of [
        "update audit_log set actor = ''",
        "delete from audit_log",
        "truncate audit_log",
      ])
        await expect(sql.raw(statement).execute(target.sql)).rejects.toThrow(/append-only/);
      await record(target, "dddd");
      expect((await contents(target)).rows).toMatchObject([{}, {}, {}, { id: 4, target: "dddd" }]);
    });

    test("replaces another log only with force", async () => {
      const { database, file } = await backedUp();
      const target = await open({ migrations: migrationsFolder });
      await record(target, "only here");
      await expect(restoreInto(target, file, false)).rejects.toThrow(/public\.audit_log.*--force/);
      expect((await contents(target)).rows).toMatchObject([{ target: "only here" }]);
      await restoreInto(target, file, true);
      expect(await contents(target)).toEqual(await contents(database));
    });
  },
  // What keeps the log from being changed is a trigger, the same on both.
  { ordinarily: "postgresql" },
);
