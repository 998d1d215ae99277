import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/platform/config.ts";
import { gated, withEtag } from "../analysis/origin.ts";
import { useOrigin } from "../analysis/world.ts";
import { assertConsistent } from "../engine/consistent.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";
import { numbers, until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { catalogClient, csvOf } from "./client.ts";
import { hurried } from "./service.ts";
import { photoBytes } from "./shop.ts";

leaveToSoak("a database that goes away in the middle of a catalog", () => {
  /** Several chunks of the engine. */
  const products = 250;

  describeServer("a catalog whose database goes away", (cluster, place) => {
    test("loses no product, and keeps the addresses of what has not changed", {
      timeout: 120_000,
    }, async () => {
      const where = await place();
      const database = await openMigrated(where);
      onTestFinished(() => database.close());
      const config = loadConfig({ DATA_DIR: where.dataDir, DATABASE_URL: where.url ?? "", ...hurried });
      const app = await createApp(config, pino({ level: "silent" }), { database });
      onTestFinished(() => app.close(0));
      const client = catalogClient(`http://127.0.0.1:${(await app.listen()).port}`);

      const origin = await useOrigin();
      const content = await photoBytes(1, 48, 32);
      const { gate, open } = gated(withEtag(content, '"unchanged"'));
      const rows = numbers(products).map(
        (row) => [`product ${row}`, origin.serve(`/${row}.jpg`, gate)] as const,
      );
      const asked = () =>
        numbers(products).reduce((sum, row) => sum + origin.requests(`/${row}.jpg`).length, 0);
      open(products);
      const before = await client.process(csvOf(...rows));

      const id = await client.begin(csvOf(...rows));
      for (const some of [40, 120]) {
        // Those that are under way find the database away at whatever they were about to ask it.
        open(40);
        await until(() => expect(asked() - products).toBeGreaterThan(some - 40));
        await cluster().crash();
        open(40);
        await cluster().start();
      }
      open();
      const after = await client.ended(id, { progress: { remaining: 0 } });
      expect(after.progress).toEqual({ total: products, completed: products, failed: 0, remaining: 0 });
      expect(after.products.map(({ output_urls }) => output_urls)).toEqual(
        before.products.map(({ output_urls }) => output_urls),
      );
      await assertConsistent(database, id);
    });
  });
});
