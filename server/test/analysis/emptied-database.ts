import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { databaseFolder } from "../database-folder.ts";
import { openMigrated } from "../engine/databases.ts";

/**
 * One embedded database for the services of a file, of which one runs at a time: opening one for each is most of what
 * they cost.
 *
 * @returns empties it, but for the audit log, which nothing empties
 */
export function shareEmptied(): () => Promise<Database> {
  let database: Database | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await databaseFolder("fovea-analysis-");
    database = await openMigrated({ url: undefined, dataDir: folder });
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return async () => {
    if (!database) throw new Error("the database is opened before the first test");
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename not in ('schema_migrations', 'installation', 'audit_log')
    `.execute(database.sql);
    await sql`truncate ${sql.join(rows.map(({ name }) => sql.table(name)))}`.execute(database.sql);
    return database;
  };
}
