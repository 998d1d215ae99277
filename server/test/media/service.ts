import { rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createApp } from "../../src/app.ts";
import { type Config, loadConfig } from "../../src/platform/config.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { databaseFolder } from "../database-folder.ts";
import { openMigrated } from "../engine/databases.ts";
import { startLoopback } from "../simulators/loopback.ts";
import { type ReplicateSimulator, startReplicate } from "../simulators/replicate.ts";
import type { SimulatedPrediction } from "../simulators/replicate-forms.ts";
import { type MediaClient, mediaClient } from "./client.ts";

export interface MediaService {
  readonly config: Config;
  readonly baseUrl: string;
  readonly client: MediaClient;
  readonly replicate: ReplicateSimulator;
  readonly database: Database;
}

type Environment = Readonly<Record<string, string>>;

/** Tries follow each other at once, and nobody counts requests. */
const hurried = { SAMPLE: "off", RATE_LIMITS: "off", RETRY_BASE_MS: "1", PORT: "0" } as const;

/** What a service is told to ask a simulator; `env` may say otherwise. */
export const asking = ({ url, key }: Pick<ReplicateSimulator, "url" | "key">): Environment => ({
  ...{ REPLICATE_BASE_URL: url, REPLICATE_API_TOKEN: key },
});

/**
 * One embedded database for all tests of a file, and for each test a service on it, with a Replicate of its own that makes
 * pictures which can be looked at.
 */
export function shareDatabase(): (env?: Environment) => Promise<MediaService> {
  let database: Database | undefined;
  let folder = "";
  beforeAll(async () => {
    folder = await databaseFolder("fovea-media-");
    database = await openMigrated({ url: undefined, dataDir: folder });
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return async (env = {}) => {
    if (!database) throw new Error("the database is opened before the first test");
    const replicate = await drawingReplicate();
    const config = loadConfig({ DATA_DIR: folder, ...hurried, ...asking(replicate), ...env });
    const app = await createApp(config, pino({ level: "silent" }), { database });
    onTestFinished(() => app.close(0));
    const { port } = await app.listen();
    const baseUrl = `http://127.0.0.1:${port}${config.BASE_PATH}`;
    return { config, baseUrl, client: mediaClient(baseUrl), replicate, database };
  };
}

/** A Replicate until the test ends, whose models answer with pictures that can be decoded. */
export async function drawingReplicate(): Promise<ReplicateSimulator> {
  const replicate = await startReplicate();
  onTestFinished(() => replicate.close());
  const pieces = await Promise.all([1, 2, 3, 4].map((shade) => drawn({ shade })));
  replicate.answer(({ count }) => ({ kind: "pictures", pieces: pieces.slice(0, count) }));
  return replicate;
}

interface Drawing {
  readonly format?: "png" | "jpeg" | "webp";
  readonly width?: number;
  readonly height?: number;
  /** Pictures of other shades have other bytes. */
  readonly shade?: number;
}

/** A picture as a model would send it. */
export async function drawn({ format = "png", width = 64, height = 48, shade = 1 }: Drawing = {}) {
  const background = { r: 40 * shade, g: 90, b: 160 };
  const picture = sharp({ create: { width, height, channels: 3, background } });
  return { bytes: await picture.toFormat(format).toBuffer(), format };
}

/** The prediction of a simulator that came last, to be changed as the test goes. */
export function lastOf({ predictions }: ReplicateSimulator): SimulatedPrediction {
  const last = predictions.at(-1);
  if (!last) throw new Error("nothing was started");
  return last;
}

/** Has a prediction that is held end badly. */
export const fail = (prediction: SimulatedPrediction, error: string) =>
  void Object.assign(prediction, { status: "failed", changes: { error } });

/** Has a prediction that is held end with these addresses. */
export const succeed = (prediction: SimulatedPrediction, output: readonly string[]) =>
  void Object.assign(prediction, { status: "succeeded", changes: { output } });

/**
 * A picture on a server of its own, for predictions that end with its address.
 *
 * @param answered may answer otherwise, and then returns true; it is given how many requests there were with this one
 */
export async function servedPicture(
  answered: (count: number, response: ServerResponse) => boolean = () => false,
): Promise<{ readonly url: string; asked(): number }> {
  const { bytes } = await drawn();
  let count = 0;
  const server = await startLoopback((_request, _body, response) => {
    count += 1;
    if (answered(count, response)) return;
    response.writeHead(200, { "content-type": "image/png" }).end(bytes);
  });
  onTestFinished(() => server.close());
  return { url: `${server.origin}/out-0.png`, asked: () => count };
}
