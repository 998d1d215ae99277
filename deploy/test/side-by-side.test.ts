import { expect, test } from "vitest";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { startPatientOrigin } from "../../server/test/analysis/patient-origin.ts";
import { assertConsistent } from "../../server/test/engine/consistent.ts";
import { describeServer, openMigrated } from "../../server/test/engine/databases.ts";
import { until } from "../../server/test/engine/world.ts";
import { describeIfFound, leaveToSoak } from "../../server/test/needs.ts";
import { temporaryFolder } from "../../server/test/world.ts";
import { commitBeforeNewestMigration, writeProgram } from "./previous-release.ts";
import { runCommandProcess, sharedSettings, startServiceProcess } from "./processes.ts";

leaveToSoak("two releases side by side", () => {
  describeIfFound(
    commitBeforeNewestMigration(),
    "the program of the previous schema beside this one",
    "the history of this clone does not reach back to it",
    (commit) => {
      describeServer("two releases on one database", (_cluster, place) => {
        test("the older goes on while the schema becomes newer, starts again on it, and shares the work with the newer", {
          timeout: 300_000,
        }, async () => {
          const where = await place();
          const main = writeProgram(commit ?? "", await temporaryFolder());
          const origin = await startPatientOrigin();
          const urls = origin.addresses(60, 8);
          const env = {
            ...(await sharedSettings()),
            DATABASE_URL: where.url ?? "",
            ...{ CHUNK_SIZE: "5", MAX_CONCURRENT_WORKERS: "4", MAX_CONCURRENT_REQUESTS: "2" },
          };
          const old = async (role: string) => startServiceProcess({ ...env, ROLE: role }, main);
          const ours = async (role: string) => startServiceProcess({ ...env, ROLE: role });

          const oldApi = await old("api");
          const oldWorker = await old("worker");
          const { client, id } = await begin(oldApi.baseUrl, urls.slice(0, 20));
          origin.answer(5);
          await client.reached(id, { processed_count: 5 });

          expect(await runCommandProcess("migrate", env)).toContain("schema migrated");
          // Nobody was restarted: the batch that was under way goes on, and another one is taken.
          origin.answer(15);
          await client.reached(id, { status: "completed", successful_count: 20 });

          // A machine that fails in the middle of a rollout brings the older release up again.
          const again = await old("api");
          expect(again.output()).toContain("a newer release has migrated the schema");

          const newApi = await ours("api");
          const newWorker = await ours("worker");
          const shared = await begin(again.baseUrl, urls.slice(20, 60));
          await until(() => expect(origin.waiting().length).toBe(8));
          origin.answer(1_000);
          const newClient = analysisClient(newApi.baseUrl);
          await newClient.reached(shared.id, { status: "completed", successful_count: 40 });
          expect((await newClient.results(shared.id, "?limit=40")).results).toHaveLength(40);
          expect((await client.results(shared.id, "?limit=40")).results).toHaveLength(40);
          expect(urls.map(origin.requests)).toEqual(urls.map(() => 1));
          const uploadedAtOurs = await begin(newApi.baseUrl, urls.slice(0, 5));
          await client.reached(uploadedAtOurs.id, { status: "completed", successful_count: 5 });

          for (const each of [oldApi, oldWorker, again, newApi, newWorker])
            expect(await each.terminate(), each.output()).toBe(0);
          const database = await openMigrated(where);
          for (const each of [id, shared.id, uploadedAtOurs.id]) await assertConsistent(database, each);
          await database.close();
        });
      });
    },
  );
});

async function begin(baseUrl: string, urls: readonly string[]) {
  const client = analysisClient(baseUrl);
  const { id } = await client.create(csvOf(...urls));
  return { client, id };
}
