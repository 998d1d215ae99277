import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type Database, openDatabase } from "../../src/platform/database/database.ts";
import { type DatabaseUnderTest, describeDatabase, type Place } from "../databases.ts";

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Opens the database of a place with the service's schema. */
export const openMigrated = (place: Place): Promise<Database> =>
  openDatabase({
    ...place,
    poolSize: 10,
    migrations,
    log: { info() {}, warn() {} },
    onFault(error) {
      throw error;
    },
  });

/**
 * Runs a suite on both databases. Its tests share one, because each has a kind of its own, and engines do not touch
 * batches of kinds they do not know.
 */
export function describeEngine(
  what: string,
  tests: (database: () => Database, underTest: DatabaseUnderTest) => void,
): void {
  describeDatabase(what, (underTest) => {
    let database: Database | undefined;
    beforeAll(async () => {
      database = await openMigrated(await underTest.place());
    });
    afterAll(() => database?.close());
    tests(() => {
      if (!database) throw new Error("the database is opened before the first test");
      return database;
    }, underTest);
  });
}
