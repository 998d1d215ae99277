import { rm } from "node:fs/promises";
import { pino } from "pino";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createApp } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { databaseFolder } from "../database-folder.ts";
import { openMigrated } from "../engine/databases.ts";
import { localToken } from "../world.ts";
import { type CatalogClient, catalogClient } from "./client.ts";

export interface CatalogService {
  readonly config: Config;
  readonly baseUrl: string;
  readonly database: Database;
  /** Somebody without a credential, as in the document's examples. */
  readonly client: CatalogClient;
  /** Somebody who sends these headers always. */
  as(headers: Readonly<Record<string, string>>): CatalogClient;
  /** Headers of a person with a token. */
  bearer(subject: string, claims?: { readonly admin?: boolean }): Promise<{ readonly authorization: string }>;
  /** What is under way is broken off; the next service on the database goes on with it. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Tries follow each other at once, and nobody counts requests. */
export const hurried = { SAMPLE: "off", RATE_LIMITS: "off", RETRY_BASE_MS: "1", PORT: "0" } as const;

/**
 * One embedded database for all tests of a file, and for each call a service on it until the test ends. Whoever is told
 * of requests is configured for all of them: a test that configures it hears of its own requests by their ids.
 */
export function shareDatabase(): (env?: Environment) => Promise<CatalogService> {
  let database: Database | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await databaseFolder("fovea-catalog-");
    database = await openMigrated({ url: undefined, dataDir: folder });
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return async (env = {}) => {
    if (!database) throw new Error("the database is opened before the first test");
    const config = loadConfig({ DATA_DIR: folder, ...hurried, ...env });
    const app = await createApp(config, pino({ level: "silent" }), { database });
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= app.close(0);
      return closing;
    };
    onTestFinished(close);
    const { port } = await app.listen();
    const baseUrl = `http://127.0.0.1:${port}${config.BASE_PATH}`;
    return {
      ...{ config, baseUrl, database, close },
      client: catalogClient(baseUrl),
      as: (headers) => catalogClient(baseUrl, headers),
      bearer: async (subject, claims) => ({
        authorization: `Bearer ${await localToken(config, { subject, ...claims })}`,
      }),
    };
  };
}
