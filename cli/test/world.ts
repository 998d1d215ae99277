import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { blank, bytes, type Origin, startOrigin } from "../../server/test/analysis/origin.ts";
import { type GeminiSimulator, startGemini } from "../../server/test/simulators/gemini.ts";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";
import { fovea, type Ran, type Running, type RunOptions, startFovea } from "./command.ts";

export const adminToken = "the-administrator-of-this-test";

export interface World {
  readonly baseUrl: string;
  /** An empty one, in which commands run. */
  readonly folder: string;
  readonly origin: Origin;
  readonly model: GeminiSimulator;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Promise<Running>;
  /** Writes `urls.csv`: so many pictures that are there and so many that are not. Returns what it holds. */
  addresses(there: number, options?: { missing?: number; colour?: string }): Promise<string>;
}

const facts = {
  ...{ store_image: true, text_content: "PELLOWICK", store_name: "PELLOWICK", business_contact: null },
  image_description: "A bakery.",
};

/** A service whose batches are looked at by a simulated model, and a shell that knows where it is. */
export async function setup(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const [model, origin, folder] = await Promise.all([startGemini(), startOrigin(), temporaryFolder()]);
  onTestFinished(() => model.close());
  onTestFinished(() => origin.close());
  model.answer(() => ({ kind: "output", output: facts }));
  const { baseUrl } = await listenApp({
    GEMINI_API_KEYS: `shops:${model.key}`,
    GEMINI_BASE_URL: model.url,
    GEMINI_RPM_PER_KEY: "6000",
    MEDIA_MODEL: "local",
    ICON_MODEL: "local",
    ADMIN_TOKEN: adminToken,
    RATE_LIMITS: "off",
    ...settings,
  });
  const env = { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token" };
  const withEnv = (options: RunOptions = {}) => ({
    cwd: folder,
    ...options,
    env: { ...env, ...options.env },
  });
  return {
    baseUrl,
    folder,
    origin,
    model,
    run: (args, options) => fovea(args, withEnv(options)),
    start: (args, options) => startFovea(args, withEnv(options)),
    async addresses(there, { missing = 0, colour } = {}) {
      const content = await blank(colour);
      const paths = Array.from({ length: there }, (_, index) =>
        origin.serve(`/${index}.png`, bytes(content)),
      );
      const gone = Array.from({ length: missing }, (_, index) => origin.at(`/gone-${index}.png`));
      const csv = `${["url", ...paths, ...gone].join("\n")}\n`;
      await writeFile(join(folder, "urls.csv"), csv);
      return csv;
    },
  };
}
