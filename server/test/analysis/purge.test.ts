import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/platform/config.ts";
import { rowsLeft } from "../engine/consistent.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { analysisClient, csvOf } from "./client.ts";
import { blank, bytes } from "./origin.ts";
import { hurried, useOrigin } from "./world.ts";

describeServer("what a model said of a picture", (_cluster, place) => {
  test("is known as long as a batch has it in its results, and asked again after the last was deleted", async () => {
    const { url = "", dataDir } = await place();
    const config = loadConfig({ DATA_DIR: dataDir, DATABASE_URL: url, ...hurried });
    const app = await createApp(config, pino({ level: "silent" }));
    onTestFinished(() => app.close(0));
    const { port } = await app.listen();
    const client = analysisClient(`http://127.0.0.1:${port}${config.BASE_PATH}`);
    const database = await openMigrated({ url, dataDir });
    onTestFinished(() => database.close());
    const origin = await useOrigin();
    const picture = origin.serve("/picture.png", bytes(await blank("#123456")));

    const analyze = async () => {
      const { id, results } = await client.analyze(csvOf(picture));
      return { id, hits: results.map((result) => result.success && result.cache_hit) };
    };
    const remove = async (id: string) => {
      expect((await client.send("DELETE", `/api/v1/batches/${id}`)).status).toBe(200);
      await until(async () => expect((await rowsLeft(database, id))["batches"]).toBe(0));
    };

    const first = await analyze();
    expect(first.hits).toEqual([false]);
    const second = await analyze();
    expect(second.hits).toEqual([true]);
    await remove(first.id);
    const third = await analyze();
    expect(third.hits).toEqual([true]);
    await remove(second.id);
    await remove(third.id);
    expect((await analyze()).hits).toEqual([false]);
  });
});
