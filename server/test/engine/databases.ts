import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { type DatabaseUnderTest, describeDatabase, type Place } from "../databases.ts";
import { openWithSchema } from "../migrated.ts";
import { describeWith } from "../needs.ts";
import { type Cluster, startPostgresql } from "../postgresql.ts";

/** Opens the database of a place with the service's schema. */
export const openMigrated = (place: Place): Promise<Database> => openWithSchema({ ...place, poolSize: 10 });

/**
 * Runs a suite on both databases. Its tests share one, because each has a kind of its own, and engines do not touch
 * batches of kinds they do not know.
 */
export function describeEngine(
  what: string,
  tests: (database: () => Database, underTest: DatabaseUnderTest) => void,
  suite: Parameters<typeof describeDatabase>[2] = {},
): void {
  const onBoth = (underTest: DatabaseUnderTest) => {
    let database: Database | undefined;
    beforeAll(async () => {
      database = await openMigrated(await underTest.place());
    });
    afterAll(() => database?.close());
    tests(() => {
      if (!database) throw new Error("the database is opened before the first test");
      return database;
    }, underTest);
  };
  describeDatabase(what, onBoth, suite);
}

/** Runs a suite on PostgreSQL alone: what only several processes do, or only a server that is away. */
export function describeServer(
  what: string,
  tests: (cluster: () => Cluster, place: () => Promise<Place>) => void,
): void {
  describeWith("postgresql", what, ({ path }) => {
    let started: Cluster | undefined;
    const folders: string[] = [];
    beforeAll(async () => {
      started = await startPostgresql(path);
    });
    afterAll(async () => {
      await started?.stop();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
    const cluster = () => {
      if (!started) throw new Error("the server is started before the first test");
      return started;
    };
    tests(cluster, async () => {
      const dataDir = mkdtempSync(join(tmpdir(), "fovea-engine-"));
      folders.push(dataDir);
      return { url: await cluster().createDatabase(), dataDir };
    });
  });
}
