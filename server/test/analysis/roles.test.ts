import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { describeServer } from "../engine/databases.ts";
import { listenApp, temporaryFolder } from "../world.ts";
import { analysisClient, csvOf } from "./client.ts";
import { blank, bytes } from "./origin.ts";
import { hurried, useOrigin } from "./world.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The service as a process, ready. */
async function startService(env: Readonly<Record<string, string>>) {
  const service = startProcess(process.execPath, [main], {
    cwd: await temporaryFolder(),
    env: { PATH: process.env["PATH"] ?? "", ...hurried, ...env },
  });
  await service.shown('"msg":"ready"');
  const port = /"port":(\d+)/.exec(service.output())?.[1];
  return { ...service, client: analysisClient(`http://127.0.0.1:${port}`) };
}

describeServer("several processes on one database", (_cluster, place) => {
  test("one that only answers does no work, which another does", async () => {
    const DATABASE_URL = (await place()).url ?? "";
    const origin = await useOrigin();
    const url = origin.serve("/a.png", bytes(await blank()));
    const shared = {
      DATABASE_URL,
      IMAGE_STORAGE_PATH: await temporaryFolder(),
      JWT_SECRET_KEY: "of all processes together, in this test",
      WEBHOOK_SECRET: "theirs as well",
    };
    // Here the address would be refused.
    const api = await listenApp({
      ...hurried,
      ...{
        ...shared,
        DATA_DIR: await temporaryFolder(),
        ROLE: "api",
        ALLOW_PRIVATE_NETWORKS: "10.0.0.0/8",
      },
    });
    const client = analysisClient(api.baseUrl);
    const { id } = await client.create(csvOf(url));
    await client.reached(id, { status: "queued", processed_count: 0 });
    await startService({ ...shared, ROLE: "worker" });
    await client.reached(id, { status: "completed", successful_count: 1 });
    expect((await client.results(id)).results).toMatchObject([{ url, success: true }]);
  });
});
