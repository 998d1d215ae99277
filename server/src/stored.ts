import { fileURLToPath } from "node:url";
import { getConstructionPlans } from "pg-boss";
import type { Config } from "./platform/config.ts";
import type { ForeignSchema } from "./platform/database/backup/format.ts";
import { type Database, openDatabase } from "./platform/database/database.ts";
import { bossSchema, bossSchemaVersion } from "./platform/jobs/boss.ts";

export const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

/** The queue's schema, which pg-boss makes and migrates by itself. */
export const queueSchema = (): ForeignSchema => ({
  name: bossSchema,
  version: bossSchemaVersion,
  versionQuery: `select version from ${bossSchema}.version`,
  // It comes as a script with a transaction of its own.
  create: getConstructionPlans(bossSchema)
    .replace(/^\s*BEGIN;/, "")
    .replace(/COMMIT;\s*$/, ""),
});

/** The database of a configuration as it is, for a command: one connection, the schema left alone. */
export function openStored(config: Config): Promise<Database> {
  return openDatabase({
    url: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    poolSize: 1,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault(error) {
      throw error;
    },
  });
}
