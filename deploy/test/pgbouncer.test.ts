import { Client } from "pg";
import { expect, test } from "vitest";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { startPatientOrigin } from "../../server/test/analysis/patient-origin.ts";
import { describeServer } from "../../server/test/engine/databases.ts";
import { until } from "../../server/test/engine/world.ts";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { startPgbouncer } from "../../server/test/pgbouncer.ts";
import { runCommandProcess, sharedSettings, startServiceProcess } from "./processes.ts";

const patient = { timeout: 120_000 };

leaveToSoak("PgBouncer", () => {
  describeWith("pgbouncer", "behind PgBouncer", ({ path }) => {
    describeServer("behind PgBouncer", (_cluster, place) => {
      /** An empty database, and the role that its owner has. */
      const database = async () => {
        const url = new URL((await place()).url ?? "");
        const owner = new Client(url.href);
        // Where a test fails before it ends it, the server does.
        owner.on("error", () => {});
        await owner.connect();
        const role = `role_of_${url.pathname.slice(1)}`;
        await owner.query(
          `create role ${role} login; alter database ${url.pathname.slice(1)} owner to ${role}`,
        );
        url.username = role;
        return {
          url: url.href,
          role,
          query: (statement: string) => owner.query(statement),
          close: () => owner.end(),
        };
      };

      test(
        "in transaction mode, with a direct address for notifications, everything works",
        patient,
        async () => {
          const { url, query, close } = await database();
          const pooler = await startPgbouncer(path, url, "transaction");
          const env = { ...(await sharedSettings()), DATABASE_URL: pooler.url, DATABASE_LISTEN_URL: url };
          // Told with the statements that mend it, which are run as they are.
          const refusal: unknown = await runCommandProcess("migrate", env).catch((error: unknown) => error);
          const message = refusal instanceof Error ? refusal.message : "";
          expect(message).toMatch(/DATABASE_URL is taken for a pooler's/);
          const statements = message.match(/^alter role .*;$/gm) ?? [];
          expect(statements.length).toBeGreaterThan(2);
          for (const statement of statements) await query(statement);
          const again = await startPgbouncer(path, url, "transaction");
          const settled = { ...env, DATABASE_URL: again.url };
          const elsewhere = { ...settled, DATABASE_LISTEN_URL: (await place()).url ?? "" };
          await expect(runCommandProcess("migrate", elsewhere)).rejects.toThrow(
            /DATABASE_LISTEN_URL\) is not the one/,
          );
          expect(await runCommandProcess("migrate", settled)).toContain("is up to date");

          const origin = await startPatientOrigin();
          const urls = origin.addresses(60, 10);
          origin.answer(1_000);
          const [api, ...workers] = await Promise.all([
            startServiceProcess({ ...settled, ROLE: "api" }),
            startServiceProcess({ ...settled, ROLE: "worker", CHUNK_SIZE: "7" }),
            startServiceProcess({ ...settled, ROLE: "worker", CHUNK_SIZE: "7" }),
          ]);
          const client = analysisClient(api.baseUrl);
          const { id } = await client.create(csvOf(...urls));
          await client.reached(id, { status: "completed", successful_count: urls.length });
          expect(urls.map(origin.requests)).toEqual(urls.map(() => 1));
          // A picture is made by a worker, which hears of it by a notification.
          const made = await client.post("/api/v1/jobs/generate", {
            ...{ model: "local", prompt: "a bakery", parameters: { width: 128, height: 128 } },
          });
          expect(made.status).toBe(201);
          const job = `/api/v1/jobs/status/${(made.body as { id: string }).id}`;
          await until(async () =>
            expect((await client.get(job)).body).toMatchObject({ status: "completed" }),
          );
          expect(await Promise.all([api, ...workers].map((each) => each.terminate()))).toEqual([0, 0, 0]);
          await close();
        },
      );

      test("in session mode nothing has to be set", patient, async () => {
        const { url, close } = await database();
        const pooler = await startPgbouncer(path, url, "session");
        const service = await startServiceProcess({
          ...(await sharedSettings()),
          ...{ DATABASE_URL: pooler.url, DATABASE_POOL_SIZE: "4" },
        });
        const origin = await startPatientOrigin();
        const urls = origin.addresses(8, 8);
        origin.answer(100);
        const client = analysisClient(service.baseUrl);
        const { id } = await client.create(csvOf(...urls));
        await client.reached(id, { status: "completed", successful_count: urls.length });
        expect(await service.terminate()).toBe(0);
        await close();
      });
    });
  });
});
