import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { writeCompletedBatch } from "../../bench/million-rows.ts";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { startPatientOrigin } from "../../server/test/analysis/patient-origin.ts";
import { assertConsistent } from "../../server/test/engine/consistent.ts";
import { describeServer, openMigrated } from "../../server/test/engine/databases.ts";
import { until } from "../../server/test/engine/world.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { temporaryFolder } from "../../server/test/world.ts";
import { runCommandProcess, sharedSettings, startServiceProcess } from "./processes.ts";

const storedRows = 200_000;
const rowsUnderWay = 30;
const credential = { "x-api-key": "key of the load" };

leaveToSoak("a restore drill", () => {
  describeServer("a restore drill on PostgreSQL", (_cluster, place) => {
    test("brings back, from a backup that was made under load, the files and the secrets, all that was there", {
      timeout: 600_000,
    }, async () => {
      const shared: Readonly<Record<string, string>> = {
        ...(await sharedSettings()),
        ...{ AUTH: "all", CHUNK_SIZE: "10" },
      };
      const first = { ...shared, DATABASE_URL: (await place()).url ?? "" };
      const service = await startServiceProcess(first);
      const large = await write(first.DATABASE_URL, (database) => writeCompletedBatch(database, storedRows));
      const client = analysisClient(service.baseUrl, credential);
      const picture = await makePicture(client);
      const origin = await startPatientOrigin();
      const urls = origin.addresses(rowsUnderWay, 4);
      origin.answer(8);
      const { id } = await client.create(csvOf(...urls), { batch_name: "under way" });
      await client.reached(id, { processed_count: 8 });

      // What an operator takes along, in the order of the guide, while the service works.
      const kept = await temporaryFolder();
      const backup = join(kept, "fovea.backup");
      const times: Record<string, number> = {};
      const timed = async <Value>(what: string, work: () => Promise<Value> | Value): Promise<Value> => {
        const from = performance.now();
        const value = await work();
        times[what] = Math.round((performance.now() - from) / 100) / 10;
        return value;
      };
      await timed("backup", () => runCommandProcess("backup", first, [backup]));
      const files = join(kept, "files.tar");
      const tar = (...args: string[]) => execFileSync("tar", args);
      await timed("files", () => tar("-cf", files, "-C", shared["IMAGE_STORAGE_PATH"] ?? "", "."));
      // Then everything is lost.
      service.child.kill("SIGKILL");
      await service.ended;

      const empty = join(await temporaryFolder(), "files");
      mkdirSync(empty);
      const second = { ...shared, DATABASE_URL: (await place()).url ?? "", IMAGE_STORAGE_PATH: empty };
      await timed("restore", () => runCommandProcess("restore", second, [backup]));
      tar("-xf", files, "-C", empty);
      origin.answer(1_000);
      const restored = await timed("start", () => startServiceProcess(second));
      const after = analysisClient(restored.baseUrl, credential);
      expect(await after.progress(large)).toMatchObject({
        total_urls: storedRows,
        processed_count: storedRows,
      });
      // What was under way goes on by itself, and no row of it is there twice.
      // It waits until what the dead process held runs out.
      await vi.waitFor(
        async () =>
          expect(await after.progress(id)).toMatchObject({
            ...{ status: "completed", successful_count: rowsUnderWay },
          }),
        { timeout: 240_000, interval: 200 },
      );
      const { results } = await after.results(id, `?limit=${rowsUnderWay}`);
      expect(results.map(({ url }) => url)).toEqual(urls);
      // The link was given out by the service that is gone.
      const bytes = await fetch(restored.baseUrl + picture);
      expect([bytes.status, bytes.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect(await restored.terminate()).toBe(0);
      await write(second.DATABASE_URL, (database) => assertConsistent(database, id));
      const { size } = statSync(backup);
      console.log(
        `${storedRows} results: backup ${times["backup"]} s (${Math.round(size / 1e6)} MB), files ${times["files"]} s, ` +
          `restore ${times["restore"]} s, start ${times["start"]} s`,
      );
    });
  });
});

async function makePicture(client: ReturnType<typeof analysisClient>): Promise<string> {
  const { body } = await client.post("/api/v1/jobs/generate", {
    ...{ prompt: "a bakery", model: "local", parameters: { width: 128, height: 128 } },
  });
  const { id } = body as { id: string };
  const job = async () => (await client.get(`/api/v1/jobs/status/${id}`)).body;
  await until(async () => expect(await job()).toMatchObject({ status: "completed" }));
  const { media } = (await job()) as { media: readonly { url: string }[] };
  const url = new URL(media[0]?.url ?? "", "http://service");
  return url.pathname + url.search;
}

async function write<Value>(
  url: string,
  work: (database: Awaited<ReturnType<typeof openMigrated>>) => Promise<Value>,
) {
  const database = await openMigrated({ url, dataDir: "" });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
