import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { type Database, type DatabaseOptions, openDatabase } from "../src/platform/database/database.ts";
import { describeWith } from "./needs.ts";
import { type Cluster, startPostgresql } from "./postgresql.ts";

/** Where a database is, so that another process can open it too. Gone when the suite has ended. */
export interface Place {
  readonly url: string | undefined;
  readonly dataDir: string;
}

export interface DatabaseUnderTest {
  readonly engine: "embedded" | "postgresql";
  /** A place without a database in it, or with an empty one. */
  place(): Promise<Place>;
  /** Opens an empty database, or that of a place, until the test ends. Embedded, a place can be open once at a time. */
  open(options?: Partial<DatabaseOptions>): Promise<Database>;
  /** The server, started before the tests; undefined where the database is embedded. */
  cluster(): Cluster | undefined;
}

/** Runs a suite on both databases. Without the programs of a server that half is skipped and named. */
export function describeDatabase(what: string, tests: (database: DatabaseUnderTest) => void): void {
  describe(`${what}, embedded`, () => tests(underTest("embedded", () => undefined)));
  describeWith("postgresql", `${what}, PostgreSQL`, ({ path }) => {
    let cluster: Cluster | undefined;
    beforeAll(async () => {
      cluster = await startPostgresql(path);
    });
    afterAll(() => cluster?.stop());
    tests(underTest("postgresql", () => cluster));
  });
}

function underTest(
  engine: DatabaseUnderTest["engine"],
  cluster: () => Cluster | undefined,
): DatabaseUnderTest {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
  const place = async (): Promise<Place> => {
    const dataDir = await mkdtemp(join(tmpdir(), "fovea-database-"));
    folders.push(dataDir);
    return { url: await cluster()?.createDatabase(), dataDir };
  };
  return {
    engine,
    place,
    async open(options = {}) {
      const database = await openDatabase({ ...usual, ...(await place()), ...options });
      onTestFinished(() => database.close());
      return database;
    },
    cluster,
  };
}

const usual = {
  poolSize: 5,
  migrations: undefined,
  log: { info() {}, warn() {} },
  onFault(error: Error) {
    throw error;
  },
};
