import { Client } from "pg";
import { expect, test } from "vitest";
import { analysisClient, csvOf } from "../../server/test/analysis/client.ts";
import { startPatientOrigin } from "../../server/test/analysis/patient-origin.ts";
import { codeBlocks, readDocument } from "../../server/test/documents.ts";
import { describeServer } from "../../server/test/engine/databases.ts";
import { until } from "../../server/test/engine/world.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { beginServiceProcess, runCommandProcess, sharedSettings, startServiceProcess } from "./processes.ts";

const section = "A role that may not change the schema";

leaveToSoak("a role that may not change the schema", () => {
  describeServer("a role that may not change the schema", (_cluster, place) => {
    test("runs the service with the grants of the guide, once another one has migrated", {
      timeout: 120_000,
    }, async () => {
      const url = new URL((await place()).url ?? "");
      const shared = await sharedSettings();
      expect(await runCommandProcess("migrate", { ...shared, DATABASE_URL: url.href })).toContain(
        "schema migrated",
      );
      // Again, there is nothing left to do.
      expect(await runCommandProcess("migrate", { ...shared, DATABASE_URL: url.href })).not.toContain(
        "migrated",
      );

      const owner = new Client(url.href);
      await owner.connect();
      const role = `reader_${url.pathname.slice(1)}`;
      await owner.query(`create role ${role} login`);
      url.username = role;
      // Started too early it waits for the grants too.
      const early = await beginServiceProcess({
        ...{ ...shared, DATABASE_URL: url.href, DATABASE_MIGRATIONS: "wait" },
      });
      await early.shown("waiting for the schema");
      const grants = codeBlocks(await readDocument("docs/operations.md")).filter(
        (block) => block.section === section && block.language === "sql",
      );
      expect(grants).toHaveLength(1);
      for (const { text } of grants)
        await owner.query(text.replace(/^create role .*$/m, "").replaceAll("fovea_service", role));
      expect(await (await early.ready()).terminate()).toBe(0);
      // What only people look at may be missing.
      await owner.query(`revoke all on processes from ${role}`);
      await owner.end();

      const client = new Client(url.href);
      await client.connect();
      await expect(client.query("create table anything (id int)")).rejects.toThrow("permission denied");
      await client.end();

      const env = { ...shared, DATABASE_URL: url.href, DATABASE_MIGRATIONS: "wait", CHUNK_SIZE: "5" };
      const api = await startServiceProcess({ ...env, ROLE: "api" });
      const worker = await startServiceProcess({ ...env, ROLE: "worker" });
      const origin = await startPatientOrigin();
      const urls = origin.addresses(12, 4);
      origin.answer(100);
      const asked = analysisClient(api.baseUrl);
      const { id } = await asked.create(csvOf(...urls));
      await asked.reached(id, { status: "completed", successful_count: urls.length });
      const { body } = await asked.post("/api/v1/jobs/generate", {
        ...{ prompt: "a bakery", model: "local", parameters: { width: 128, height: 128 } },
      });
      const job = `/api/v1/jobs/status/${(body as { id: string }).id}`;
      await until(async () => expect((await asked.get(job)).body).toMatchObject({ status: "completed" }));
      expect((await asked.send("DELETE", `/api/v1/batches/${id}`)).status).toBe(200);
      expect([await api.terminate(), await worker.terminate()]).toEqual([0, 0]);
    });

    test("a process that is told to end while it starts ends in order", { timeout: 120_000 }, async () => {
      const process = await beginServiceProcess({
        ...{ ...(await sharedSettings()), DATABASE_URL: (await place()).url ?? "", SAMPLE: "on" },
      });
      // The batch of samples is written then, on a database that is closed meanwhile.
      await process.shown("Server listening");
      expect(await process.terminate(), process.output()).toBe(0);
    });
  });
});
