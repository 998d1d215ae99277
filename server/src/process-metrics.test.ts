import { expect, test } from "vitest";
import { createMetrics } from "./platform/metrics.ts";
import { measureProcess } from "./process-metrics.ts";

function world(check: () => Promise<void>, redis: { status: string } | null = null, waiting = 4) {
  const metrics = createMetrics();
  measureProcess(metrics, {
    ...{ version: "1.2.3", role: "worker", redis, now: () => 0 },
    database: {
      ...{ engine: "postgresql", check },
      connections: () => ({ used: 3, idle: 2, most: 10, waiting }),
    },
    folders: { data: import.meta.dirname, files: "/nowhere/at/all" },
  });
  return async () => {
    const lines = (await metrics.text()).matchAll(/^(fovea_[^ ]*) (.*)$/gm);
    return Object.fromEntries([...lines].map(([, name = "", value]) => [name, Number(value)]));
  };
}

test("a process tells what it is, and how its database, its memory and its disk are", async () => {
  const series = await world(async () => {})();
  expect(series).toEqual({
    'fovea_info{version="1.2.3",role="worker",database="postgresql"}': 1,
    fovea_memory_limit_bytes: expect.any(Number),
    fovea_database_up: 1,
    'fovea_database_connections{state="used"}': 3,
    'fovea_database_connections{state="idle"}': 2,
    'fovea_database_connections{state="most"}': 10,
    fovea_database_waiting: 4,
    'fovea_disk_free_bytes{folder="data"}': expect.any(Number),
    'fovea_disk_size_bytes{folder="data"}': expect.any(Number),
  });
  expect(series["fovea_memory_limit_bytes"]).toBeGreaterThan(2 ** 20);
  expect(series['fovea_disk_size_bytes{folder="data"}']).toBeGreaterThan(
    series['fovea_disk_free_bytes{folder="data"}'] ?? Number.NaN,
  );
});

test("a database that does not answer is not up, and is not known where all connections are taken", async () => {
  const away = () => Promise.reject(new Error("no answer"));
  expect(await world(away, null, 0)()).toMatchObject({ fovea_database_up: 0 });
  expect(await world(away, null, 4)()).not.toHaveProperty("fovea_database_up");
});

test.each([
  ["ready", 1],
  ["reconnecting", 0],
])("Redis whose connection is %s is told as %d", async (status, up) => {
  expect(await world(async () => {}, { status })()).toMatchObject({ fovea_redis_up: up });
});
