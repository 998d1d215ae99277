import { rm } from "node:fs/promises";
import { pino } from "pino";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { databaseFolder } from "../database-folder.ts";
import { type AnalysisClient, analysisClient } from "./client.ts";
import { blank, bytes, type Origin, startOrigin } from "./origin.ts";

export interface AnalysisWorld {
  readonly app: App;
  readonly baseUrl: string;
  readonly client: AnalysisClient;
  readonly origin: Origin;
  /** Address of a picture that costs nothing but the first time. */
  readonly picture: string;
}

/** Tries follow each other at once, and nobody counts requests. */
export const hurried = { SAMPLE: "off", RATE_LIMITS: "off", RETRY_BASE_MS: "1", PORT: "0" } as const;

/**
 * One service on a database of its own for all tests of a file, and an origin of pictures beside it. Tests share it, so
 * they look at their own batches only.
 */
export function shareService(env: Readonly<Record<string, string>> = {}): () => AnalysisWorld {
  let world: AnalysisWorld | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    [world, close] = await serviceOn({ ...hurried, ...env });
  });
  afterAll(() => close?.());
  return () => {
    if (!world) throw new Error("the service is started before the first test");
    return world;
  };
}

/** A service on a database of its own, or on one that is open and stays so, and what ends it. */
export async function serviceOn(
  env: Readonly<Record<string, string>>,
  database?: Database,
): Promise<[world: AnalysisWorld, close: () => Promise<void>]> {
  const folder = await databaseFolder("fovea-analysis-");
  const config = loadConfig({ DATA_DIR: folder, ...env });
  const app = await createApp(config, pino({ level: "silent" }), database ? { database } : {});
  const { port } = await app.listen();
  const baseUrl = `http://127.0.0.1:${port}${config.BASE_PATH}`;
  const origin = await startOrigin();
  const picture = origin.serve("/picture.png", bytes(await blank()));
  const close = async () => {
    await app.close(0);
    await origin.close();
    await rm(folder, { recursive: true, force: true });
  };
  return [{ app, baseUrl, client: analysisClient(baseUrl), origin, picture }, close];
}

/** An origin of one test's own. */
export async function useOrigin(): Promise<Origin> {
  const origin = await startOrigin();
  onTestFinished(() => origin.close());
  return origin;
}
