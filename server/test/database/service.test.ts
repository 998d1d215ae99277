import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase } from "../../src/platform/database/database.ts";
import { describeWith } from "../needs.ts";
import { type Cluster, startPostgresql } from "../postgresql.ts";
import { startApp, temporaryDataDir } from "../world.ts";

const probe = async (app: Awaited<ReturnType<typeof startApp>>["app"], url: string) => {
  const { statusCode, body } = await app.http.inject({ url });
  return [statusCode, JSON.parse(body)];
};

test("the service on its embedded database is ready", async () => {
  const { app, log } = await startApp({ DATA_DIR: await temporaryDataDir() });
  expect(await probe(app, "/health/ready")).toMatchObject([
    200,
    { status: "ready", checks: { database: true } },
  ]);
  expect(await probe(app, "/health")).toMatchObject([
    200,
    { status: "healthy", services: { database: true } },
  ]);
  expect(log).toMatchObject([{ msg: "schema migrated" }]);
});

test("a second service on one folder is refused, and the folder is free when the first has closed", async () => {
  const DATA_DIR = await temporaryDataDir();
  const { app } = await startApp({ DATA_DIR });
  await expect(startApp({ DATA_DIR })).rejects.toMatchObject({ code: "data_folder_in_use" });
  await app.close(0);
  await startApp({ DATA_DIR });
});

test("a service that cannot be put together gives the folder back", async () => {
  const DATA_DIR = await temporaryDataDir();
  const models = join(DATA_DIR, "models.json");
  await writeFile(models, "{");
  await expect(startApp({ DATA_DIR })).rejects.toThrow(/models\.json/);
  await rm(models);
  await startApp({ DATA_DIR });
});

describeWith("postgresql", "the service on PostgreSQL", ({ path }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgresql(path);
  });
  afterAll(() => cluster.stop());

  test("is not ready while its server is gone, says so, and is ready again with it", async () => {
    const DATABASE_URL = await cluster.createDatabase();
    const { app } = await startApp({ DATA_DIR: await temporaryDataDir(), DATABASE_URL });
    expect(await probe(app, "/health/ready")).toMatchObject([200, { status: "ready" }]);
    await cluster.crash();
    expect(await probe(app, "/health/ready")).toMatchObject([
      503,
      { status: "unavailable", checks: { accepting_work: true, database: false } },
    ]);
    expect(await probe(app, "/health")).toMatchObject([
      200,
      { status: "degraded", services: { database: false } },
    ]);
    expect(await probe(app, "/health/live")).toMatchObject([200, { status: "alive" }]);
    await cluster.start();
    await vi.waitFor(
      async () => expect(await probe(app, "/health/ready")).toMatchObject([200, { status: "ready" }]),
      20_000,
    );
    await app.close(0);
  });

  test("several of them share one database, which the first has migrated", async () => {
    const DATABASE_URL = await cluster.createDatabase();
    const worlds = await Promise.all(
      [1, 2, 3].map(async () => startApp({ DATA_DIR: await temporaryDataDir(), DATABASE_URL })),
    );
    const migrated = worlds.flatMap(({ log }) => log.flatMap(({ migrations }) => migrations));
    expect(migrated.filter(Boolean)).toEqual([...new Set(migrated.filter(Boolean))]);
    const database = await openDatabase({
      url: DATABASE_URL,
      dataDir: "",
      poolSize: 1,
      migrations: undefined,
      log: { info() {}, warn() {} },
      onFault() {},
    });
    expect((await sql`select count(*) as count from installation`.execute(database.sql)).rows).toEqual([
      { count: 1 },
    ]);
    await database.close();
    for (const { app } of worlds) await app.close(0);
  });
});
