import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { type Database, type DatabaseOptions, openDatabase } from "../src/platform/database/database.ts";
import { holdCompiledEngine } from "./compiled-engine.ts";
import { databaseFolder } from "./database-folder.ts";
import { describeWith, leaveToSoak } from "./needs.ts";
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
  /** One database that is opened for the suite, emptied for each test: for those that neither close nor reopen it. */
  emptied(): Promise<Database>;
  /** The server, started before the tests; undefined where the database is embedded. */
  cluster(): Cluster | undefined;
}

interface Suite {
  /** Where the two cannot differ, one of them is enough but in `npm run soak`; what is left out is skipped and named. */
  readonly ordinarily?: DatabaseUnderTest["engine"] | "both" | "neither";
}

/** Runs a suite on both databases. Without the programs of a server that half is skipped and named. */
export function describeDatabase(
  what: string,
  tests: (database: DatabaseUnderTest) => void,
  { ordinarily = "both" }: Suite = {},
): void {
  const isFor = (engine: DatabaseUnderTest["engine"]) =>
    ordinarily === "both" || ordinarily === engine || process.env["SOAK"] === "1";
  const embedded = (): void => tests(underTest("embedded", () => undefined));
  if (isFor("embedded")) describe(`${what}, embedded`, embedded);
  else leaveToSoak(`${what}, embedded`, embedded);
  if (!isFor("postgresql")) {
    leaveToSoak(`${what}, PostgreSQL`, () => tests(underTest("postgresql", () => undefined)));
    return;
  }
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
  if (engine === "embedded") beforeAll(holdCompiledEngine);
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
  const place = async (): Promise<Place> => {
    const dataDir = await databaseFolder("fovea-database-");
    folders.push(dataDir);
    return { url: await cluster()?.createDatabase(), dataDir };
  };
  let shared: Database | undefined;
  afterAll(() => shared?.close());
  return {
    engine,
    place,
    async emptied() {
      shared ??= await openDatabase({ ...usual, ...(await place()) });
      await sql`drop schema if exists pgboss cascade`.execute(shared.sql);
      await sql`drop schema public cascade`.execute(shared.sql);
      await sql`create schema public`.execute(shared.sql);
      return shared;
    },
    async open(options = {}) {
      const fresh = options.dataDir === undefined ? await place() : undefined;
      // Also where another suite opens it, after the end of this one.
      if (fresh) onTestFinished(() => rm(fresh.dataDir, { recursive: true, force: true }));
      const database = await openDatabase({ ...usual, url: undefined, dataDir: "", ...fresh, ...options });
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
