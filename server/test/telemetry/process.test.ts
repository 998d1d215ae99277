import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { databaseFolder } from "../database-folder.ts";
import { leaveToSoak } from "../needs.ts";
import { startCollector } from "../simulators/collector.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const sourceOf = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;
const modulesIn = (output: string) => Number(/modules of telemetry: (\d+)/.exec(output)?.[1]);
const listing = fileURLToPath(new URL("../testdata/list-modules.cjs", import.meta.url));
const dataDir = await databaseFolder("fovea-telemetry-process-");
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const headers = { authorization: "Bearer test-token" };

/** The service as it is run; at its end it tells which modules it had loaded. */
async function run(env: Readonly<Record<string, string>>, use: (baseUrl: string) => Promise<unknown>) {
  const service = startProcess(process.execPath, ["--require", listing, main], {
    cwd: dataDir,
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir, PORT: "0", SAMPLE: "off", ...env },
  });
  await service.shown('"msg":"ready"');
  await use(`http://127.0.0.1:${/"port":(\d+)/.exec(service.output())?.[1]}`);
  service.child.kill("SIGTERM");
  const { code, output } = await service.ended;
  return { code, output, modules: modulesIn(output) };
}

/** All that a service is put together of, as it is loaded where no destination is set; not started, for the sake of time. */
const loading = `
  await import(${JSON.stringify(sourceOf("app.ts"))});
  const { loadConfig } = await import(${JSON.stringify(sourceOf("platform/config.ts"))});
  const { loadTelemetry } = await import(${JSON.stringify(sourceOf("platform/tracing/load-telemetry.ts"))});
  await loadTelemetry(loadConfig({}), { version: "1.2.3", log: console });
  process.exit();
`;

test("without a destination, a service loads nothing of OpenTelemetry", async () => {
  const { ended } = startProcess(
    process.execPath,
    ["--require", listing, "--input-type=module", "--eval", loading],
    {
      cwd: dataDir,
      env: { PATH: process.env["PATH"] ?? "" },
    },
  );
  const { code, output } = await ended;
  expect({ code, modules: modulesIn(output) }, output).toEqual({ code: 0, modules: 0 });
});

leaveToSoak("a service without a collector", () => {
  test("has loaded nothing of OpenTelemetry when it ends", async () => {
    const { code, modules } = await run({}, (baseUrl) => fetch(`${baseUrl}/health`));
    expect({ code, modules }).toEqual({ code: 0, modules: 0 });
  });
});

leaveToSoak("a service with a collector", () => {
  test("has sent what there was when it ends", async () => {
    const collector = await startCollector();
    const { code, modules, output } = await run(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin, OTEL_EXPORTER_OTLP_HEADERS: "x-key=a-secret" },
      (baseUrl) => fetch(`${baseUrl}/api/v1/providers`),
    );
    await collector.close();
    expect(code).toBe(0);
    expect(modules).toBeGreaterThan(0);
    expect(collector.spans.map(({ name }) => name)).toContain("GET /api/v1/providers");
    expect(collector.points.map(({ name }) => name)).toContain("process_resident_memory_bytes");
    const [span] = collector.spans;
    expect(output).toContain(`"trace_id":"${span?.traceId}"`);
    expect(output).not.toContain("a-secret");
  });

  test.each([
    ["that is not there", async () => ({ origin: "http://127.0.0.1:9", close: async () => {} })],
    [
      "that never answers",
      async () => {
        const collector = await startCollector();
        collector.trouble({ kind: "hang" });
        return collector;
      },
    ],
  ])("%s answers, and ends in order", { timeout: 60_000 }, async (_, start) => {
    const collector = await start();
    const { code, output } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin }, async (baseUrl) => {
      for (let count = 0; count < 20; count += 1)
        expect((await fetch(`${baseUrl}/api/v1/providers`, { headers })).status).toBe(200);
    });
    await collector.close();
    expect(code).toBe(0);
    expect(output).toContain("telemetry of the last seconds was not sent in time");
  });
});
