import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { databaseFolder } from "../database-folder.ts";
import { openMigrated } from "../engine/databases.ts";
import { type AnalysisClient, analysisClient } from "./client.ts";
import { blank, bytes, type Origin, startOrigin } from "./origin.ts";
import { hurried } from "./world.ts";

export interface DatabaseWorld {
  readonly app: App;
  readonly config: Config;
  readonly baseUrl: string;
  readonly client: AnalysisClient;
  /** What the service keeps everything in, for tests that write results of their own. */
  readonly database: Database;
  readonly origin: Origin;
  readonly picture: string;
}

type Environment = Readonly<Record<string, string>>;

/** One service for all tests of a file, and the embedded database below it. */
export function shareServiceOnDatabase(env: Environment = {}): () => DatabaseWorld {
  let database: Database | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await databaseFolder("fovea-analysis-");
    database = await openMigrated({ url: undefined, dataDir: folder });
  });
  // Runs after the hook of the service: the last one that is added is the first.
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return serveOn(() => {
    if (!database) throw new Error("the database is opened before the service");
    return database;
  }, env);
}

/** One service on a database that is open before the first test, and stays so. */
export function serveOn(database: () => Database, env: Environment = {}): () => DatabaseWorld {
  let world: DatabaseWorld | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fovea-analysis-"));
    const config = loadConfig({ DATA_DIR: folder, ...hurried, ...env });
    const app = await createApp(config, pino({ level: "silent" }), { database: database() });
    const { port } = await app.listen();
    const baseUrl = `http://127.0.0.1:${port}${config.BASE_PATH}`;
    const origin = await startOrigin();
    const picture = origin.serve("/picture.png", bytes(await blank()));
    const client = analysisClient(baseUrl);
    world = { app, config, baseUrl, client, database: database(), origin, picture };
  });
  afterAll(async () => {
    await world?.app.close(0);
    await world?.origin.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (!world) throw new Error("the service is started before the first test");
    return world;
  };
}
