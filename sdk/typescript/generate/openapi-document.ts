import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createApp } from "../../../server/src/app.ts";
import { loadConfig } from "../../../server/src/platform/config.ts";

/** What the service answers at `/openapi.json`, of one that is put together for this and listens nowhere. */
export async function openApiDocument(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-client-types-"));
  try {
    const config = loadConfig({ DATA_DIR: folder, SAMPLE: "off" });
    const app = await createApp(config, pino({ level: "silent" }));
    try {
      await app.http.ready();
      return (await app.http.inject({ url: "/openapi.json" })).json();
    } finally {
      await app.close(0);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
