import { fileURLToPath } from "node:url";
import { getConstructionPlans } from "pg-boss";
import type { Logger } from "pino";
import { type Config, invalidConfiguration } from "./platform/config.ts";
import type { ForeignSchema } from "./platform/database/backup/format.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./platform/database/database.ts";
import { bossSchema, bossSchemaVersion, isQueueThere } from "./platform/jobs/boss.ts";

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

/**
 * The database of a configuration for the service, with the schema that it needs.
 *
 * @param onFault the embedded database ended by itself, which has been logged
 * @throws {AppError} as {@link openDatabase} does, and for a part of the work without a database to share
 */
export async function openService(config: Config, logger: Logger, onFault: () => void): Promise<Database> {
  if (config.ROLE !== "all" && config.DATABASE_URL === undefined)
    throw invalidConfiguration([
      `ROLE: a process with ROLE=${config.ROLE} shares a PostgreSQL server with others, and DATABASE_URL names none`,
    ]);
  return openDatabase({
    url: config.DATABASE_URL,
    listenUrl: config.DATABASE_LISTEN_URL,
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    migrations: migrationsFolder,
    whoMigrates: config.DATABASE_MIGRATIONS === "wait" ? "another one" : "this process",
    alsoThere: isQueueThere,
    log: logger,
    onFault(error) {
      logger.fatal({ err: error }, "the embedded database ended");
      onFault();
    },
  });
}

/** The database of a configuration for a command: where nothing else is said one connection, the schema left alone. */
export function openStored(config: Config, changes: Partial<DatabaseOptions> = {}): Promise<Database> {
  return openDatabase({
    url: config.DATABASE_URL,
    listenUrl: config.DATABASE_LISTEN_URL,
    dataDir: config.DATA_DIR,
    poolSize: 1,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault(error) {
      throw error;
    },
    ...changes,
  });
}
