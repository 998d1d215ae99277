import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createApp } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { openMigrated } from "../engine/databases.ts";
import { localToken } from "../world.ts";
import { type IconClient, iconClient } from "./client.ts";

export interface IconService {
  readonly config: Config;
  readonly baseUrl: string;
  readonly database: Database;
  /** A person of whom nobody else's test knows. */
  readonly client: IconClient;
  /** The token of that person. */
  readonly token: string;
  /** Another person, of whom nobody else's test knows either. */
  as(name: string, claims?: { readonly admin?: boolean }): Promise<IconClient>;
  /** What is under way is broken off; the next service on the database goes on with it. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Tries follow each other at once, nobody counts requests, and icons come from the open set. */
const hurried = { SAMPLE: "off", RATE_LIMITS: "off", RETRY_BASE_MS: "1", PORT: "0" } as const;

/**
 * One embedded database for all tests of a file, and for each call a service on it until the test ends. Icons belong to
 * who asked for them: each service has a person of its own, unless one is named.
 */
export function shareDatabase(): (env?: Environment, person?: string) => Promise<IconService> {
  let database: Database | undefined;
  let folder = "";
  let people = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fovea-icons-"));
    database = await openMigrated({ url: undefined, dataDir: folder });
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return async (env = {}, person = `person ${++people}`) => {
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
    const token = await localToken(config, { subject: person });
    return {
      ...{ config, baseUrl, database, token, close },
      client: iconClient(baseUrl, token),
      as: async (name, claims) =>
        iconClient(baseUrl, await localToken(config, { subject: `${name} beside ${person}`, ...claims })),
    };
  };
}
