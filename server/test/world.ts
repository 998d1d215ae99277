import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type App, type AppOptions, createApp } from "../src/app.ts";
import { signLocalToken } from "../src/platform/auth/local-token.ts";
import { type Config, loadConfig } from "../src/platform/config.ts";
import type { Database } from "../src/platform/database/database.ts";
import { loadSecrets } from "../src/platform/secrets.ts";
import { databaseFolder } from "./database-folder.ts";
import { atEndOfFile } from "./end-of-file.ts";
import { openWithSchema } from "./migrated.ts";

export interface World {
  readonly app: App;
  readonly config: Config;
  /** An HS256 token of the app, valid for an hour. */
  readonly token: string;
  /** Log lines so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

export interface ListeningWorld extends World {
  /** Origin and base path: `http://127.0.0.1:40123`. */
  readonly baseUrl: string;
}

let shared: Promise<Shared> | undefined;

interface Shared {
  readonly database: Database;
  readonly dataDir: string;
}

/** One database for all apps of a test file, opened for the first: most tests ask nothing of it. */
function openShared(): Promise<Shared> {
  const opening = (async () => {
    const dataDir = await databaseFolder("fovea-test-");
    const database = await openWithSchema({ url: undefined, dataDir, poolSize: 1 });
    return { database, dataDir };
  })();
  atEndOfFile(async () => {
    shared = undefined;
    const { database, dataDir } = await opening;
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return opening;
}

/**
 * The whole service in this process, for `app.http.inject`: real parts, a data folder of its own, closed after the
 * test.
 *
 * @param prepare runs before the app is ready, for routes that only a test has
 */
export async function startApp(
  env: Readonly<Record<string, string>> = {},
  prepare: (app: App) => void = () => {},
  options: Pick<AppOptions, "dashboard" | "telemetry"> = {},
): Promise<World> {
  const config = loadConfig({ DATA_DIR: await temporaryFolder(), PORT: "0", SAMPLE: "off", ...env });
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line));
  // A test that says where the data is means the database too.
  const own = "DATA_DIR" in env;
  if (!own) shared ??= openShared();
  const database = own ? undefined : (await shared)?.database;
  const logger = pino({ level: "info" }, { write });
  const app = await createApp(config, logger, { ...options, ...(database ? { database } : {}) });
  onTestFinished(() => app.close(0));
  prepare(app);
  await app.http.ready();
  return { app, config, token: await localToken(config), log };
}

/** The same, listening on a free port. */
export async function listenApp(
  env: Readonly<Record<string, string>> = {},
  prepare?: (app: App) => void,
  options?: Parameters<typeof startApp>[2],
): Promise<ListeningWorld> {
  const world = await startApp(env, prepare, options);
  const { port } = await world.app.listen();
  return { ...world, baseUrl: `http://127.0.0.1:${port}${world.config.BASE_PATH}` };
}

/** A picture that is still made smaller when its service is closed may come after the folder was read. */
const remove = (folder: string) =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-test-"));
  onTestFinished(() => remove(folder));
  return folder;
}

/** The same for one with a database in it. */
export async function temporaryDataDir(): Promise<string> {
  const folder = await databaseFolder("fovea-test-");
  onTestFinished(() => remove(folder));
  return folder;
}

/** An HS256 token that an app with this configuration accepts. */
export function localToken(
  config: Config,
  claims: { subject?: string; admin?: boolean; issuedHoursAgo?: number } = {},
): Promise<string> {
  const { jwtSecrets } = loadSecrets({
    dataDir: config.DATA_DIR,
    jwtSecretKey: config.JWT_SECRET_KEY,
    webhookSecret: config.WEBHOOK_SECRET,
  });
  return signLocalToken({
    secret: jwtSecrets[0],
    subject: claims.subject ?? "tester",
    admin: claims.admin ?? false,
    lifetimeSeconds: 3600,
    now: Date.now() - (claims.issuedHoursAgo ?? 0) * 3_600_000,
  });
}
