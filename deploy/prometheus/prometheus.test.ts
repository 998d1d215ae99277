import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { startProcess } from "../../scripts/fixture-process.ts";
import { freePort } from "../../server/test/free-port.ts";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { temporaryFolder } from "../../server/test/world.ts";
import { rows } from "../grafana/rows.ts";
import { busyService } from "./testing/busy-service.ts";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const patience = { timeout: 50_000, interval: 250 };

/** The example, with the address of a service under test, and scraping as often as a test can wait for. */
async function configured(target: string, token: string): Promise<string> {
  const folder = await temporaryFolder();
  const example = await readFile(here("prometheus.yaml"), "utf8");
  expect(example).toContain("127.0.0.1:8000");
  await writeFile(
    join(folder, "prometheus.yaml"),
    example.replace("127.0.0.1:8000", target).replaceAll(": 15s", ": 1s"),
  );
  await copyFile(here("fovea.rules.yaml"), join(folder, "fovea.rules.yaml"));
  await writeFile(join(folder, "fovea-metrics-token"), token, { mode: 0o600 });
  return folder;
}

const answerSchema = z.object({
  status: z.literal("success"),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
});

async function startPrometheus(path: string, folder: string) {
  const port = await freePort();
  const server = startProcess(
    path,
    [
      ...["--config.file", join(folder, "prometheus.yaml"), "--storage.tsdb.path", join(folder, "data")],
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: folder },
  );
  await server.shown("Server is ready to receive web requests");
  const origin = `http://127.0.0.1:${port}`;
  const query = async (expr: string): Promise<readonly number[]> => {
    const body = new URLSearchParams({ query: expr });
    const answer: unknown = await (await fetch(`${origin}/api/v1/query`, { method: "POST", body })).json();
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw new Error(`${expr}: ${JSON.stringify(answer)}`);
    return parsed.data.data.result.map(({ value: [, value] }) => Number(value));
  };
  return {
    query,
    rules: async () =>
      rulesSchema
        .parse(await (await fetch(`${origin}/api/v1/rules`)).json())
        .data.groups.flatMap((group) => group.rules),
    /** Resolves when it has what the service counts now. */
    async scraped() {
      const since = Date.now() / 1_000;
      await vi.waitFor(async () => {
        const [at = 0] = await query('timestamp(fovea_info{job="fovea"})');
        if (at <= since) throw new Error(`scraped last at ${at}`);
      }, patience);
    },
  };
}

leaveToSoak("Prometheus with the rules and the dashboard", () => {
  describeWith("prometheus", "Prometheus", ({ path }) => {
    const promtool = join(dirname(path), "promtool");

    test("takes the example of a configuration and the rules, and every alert fires when it is to, and only then", async () => {
      const folder = await configured("127.0.0.1:8000", "scraper");
      await run(promtool, ["check", "config", join(folder, "prometheus.yaml")]);
      const { stdout } = await run(promtool, ["check", "rules", here("fovea.rules.yaml")]);
      expect(stdout).toContain("SUCCESS");
      await run(promtool, ["test", "rules", here("fovea.rules.test.yaml")]);
    });

    test("that scrapes a service at work has something for every panel", { timeout: 180_000 }, async () => {
      const token = "scraper";
      const service = await busyService({ METRICS_TOKEN: token });
      onTestFinished(service.close);
      const prometheus = await startPrometheus(path, await configured(service.host, token));
      // Of a counter that begins with its first sample no rate is known: it has to be seen to grow.
      for (const round of ["one", "two", "three"]) {
        await service.work(round);
        await prometheus.scraped();
      }
      const chosen = { job: "fovea", instance: ".*", kind: ".*", __rate_interval: "5m" };
      const empty: string[] = [];
      for (const { title: row, panels } of rows)
        for (const { title, lines } of panels)
          for (const { expr, legend } of lines) {
            const asked = Object.entries(chosen).reduce(
              (text, [name, value]) => text.replaceAll(`$${name}`, value),
              expr,
            );
            const values = await prometheus.query(asked);
            if (!values.some(Number.isFinite)) empty.push(`${row}: ${title}: ${legend}`);
          }
      expect(empty).toEqual([]);
      const unhealthy = (await prometheus.rules()).filter(({ health }) => health !== "ok");
      expect(unhealthy).toEqual([]);
      expect(await prometheus.query('sum(fovea_model_cost_usd_total{job="fovea"})')).toEqual([
        expect.closeTo(service.cost(), 6),
      ]);
      expect(await prometheus.query('count(ALERTS{alertstate="firing"})')).toEqual([]);
    });
  });
});
