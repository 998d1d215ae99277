import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { freePort } from "../../../server/test/free-port.ts";
import { describeWith } from "../../../server/test/needs.ts";
import { type Cluster, startPostgresql } from "../../../server/test/postgresql.ts";
import { secret } from "./cases.ts";
import { describeChart } from "./describe-chart.ts";
import { containerOf, environmentOf } from "./environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const values = {
  existingSecret: "fovea",
  config: { BASE_PATH: "/images", TRUST_PROXY: "10.0.0.0/8", SHUTDOWN_DELAY_SECONDS: 1 },
  sharedFolder: { existingClaim: "pictures" },
};

/** A program of the image, which has the repository as its working folder; it ends with the test. */
async function startProgram(program: string, env: Readonly<Record<string, string>>) {
  const flags = ["--disable-warning=ExperimentalWarning", "--conditions=fovea-source"];
  const script = fileURLToPath(new URL(`../../../${program}`, import.meta.url));
  return startProcess(process.execPath, [...flags, script], {
    cwd: await temporaryFolder(),
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
}

describeChart("processes with the environment of the chart", (chart) => {
  describeWith("postgresql", "on PostgreSQL", ({ path }) => {
    let cluster: Cluster | undefined;
    beforeAll(async () => {
      cluster = await startPostgresql(path);
    });
    afterAll(() => cluster?.stop());

    test("pods wait for the Job, are well to their probes, and give metrics to whoever reaches that port", async () => {
      const objects = chart.render(values);
      const files = await temporaryFolder();
      const url = (await cluster?.createDatabase()) ?? "";
      /** What is the cluster's: addresses, and folders that it mounts. */
      const inCluster = async () => ({
        ...{ DATABASE_URL: url, HOST: "127.0.0.1", PORT: "0", METRICS_PORT: String(await freePort()) },
        ...{ DATA_DIR: await temporaryFolder(), IMAGE_STORAGE_PATH: files },
      });
      const pods = await Promise.all(
        ["fovea-api", "fovea-worker"].map(async (name) => {
          const container = containerOf(objects, name);
          const env = { ...environmentOf(container), ...(await inCluster()) };
          return { container, env, running: await startProgram("server/src/main.ts", env) };
        }),
      );
      await Promise.all(pods.map(({ running }) => running.shown("waiting for the schema")));

      const job = objects.the("Job", "fovea-migrate").spec.template.spec.containers[0];
      const [node, program = ""] = job.args ?? [];
      expect(node).toBe("node");
      const migration = await startProgram(program, { ...environmentOf(job), ...(await inCluster()) });
      expect(await migration.ended).toMatchObject({ code: 0 });
      await Promise.all(pods.map(({ running }) => running.shown('"msg":"ready"')));

      const baseUrls = pods.map(
        ({ running }) => `http://127.0.0.1:${/"port":(\d+)/.exec(running.output())?.[1]}`,
      );
      for (const [index, { container, env }] of pods.entries()) {
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
          expect((await fetch(`${baseUrls[index]}${probe?.httpGet.path}`)).status).toBe(200);
        }
        const metrics = await fetch(`http://127.0.0.1:${env.METRICS_PORT}/metrics`);
        expect(metrics.status).toBe(200);
        expect(await metrics.text()).toContain("fovea_queue_wait_seconds");
      }
      const providers = `${baseUrls[0]}/images/api/v1/providers`;
      expect((await fetch(providers)).status).toBe(401);
      expect((await fetch(providers, { headers: { "X-API-Key": secret.API_KEY } })).status).toBe(200);

      for (const { running } of pods) running.child.kill("SIGTERM");
      const ends = await Promise.all(pods.map(({ running }) => running.ended));
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    }, 120_000);
  });
});
