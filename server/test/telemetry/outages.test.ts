import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/platform/config.ts";
import { loadTelemetry } from "../../src/platform/tracing/load-telemetry.ts";
import type { Telemetry } from "../../src/platform/tracing/telemetry.ts";
import { leaveToSoak } from "../needs.ts";
import { type Collector, startCollector } from "../simulators/collector.ts";

const secret = "a-secret-of-the-collector";
let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

async function openTelemetry(
  env: Readonly<Record<string, string>> = {},
): Promise<Telemetry & { readonly told: readonly [fields: object, message: string][] }> {
  const told: [fields: object, message: string][] = [];
  const config = loadConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${secret}`,
    ...env,
  });
  const tell = (...line: [fields: object, message: string]) => void told.push(line);
  const telemetry = await loadTelemetry(config, {
    version: "1.2.3",
    log: { info: tell, warn: tell },
    closeMs: 50,
  });
  onTestFinished(() => telemetry.close());
  return { ...telemetry, told };
}

const begin = async ({ trace }: Telemetry, count: number) => {
  for (let index = 0; index < count; index += 1) await trace("work", {}, async () => {});
};

const mostSpans = 4_096;

/** Three exports that fail, and one that arrives. */
async function tellOfTrouble(trouble: Parameters<Collector["trouble"]>[0], reason: string) {
  const telemetry = await openTelemetry();
  collector.trouble(trouble);
  for (let round = 0; round < 3; round += 1) {
    await begin(telemetry, 1);
    await telemetry.flush();
  }
  const traces = { destination: collector.origin, signal: "traces" };
  expect(telemetry.told).toEqual([[{ ...traces, failures: 1, reason }, "telemetry does not arrive"]]);
  collector.trouble(null);
  await begin(telemetry, 1);
  await telemetry.flush();
  expect(telemetry.told.slice(1)).toEqual([[{ ...traces, failures: 3 }, "telemetry arrives again"]]);
  // Once more within minutes is not told.
  collector.trouble(trouble);
  await begin(telemetry, 1);
  await telemetry.flush();
  expect(telemetry.told).toHaveLength(2);
  expect(JSON.stringify(telemetry.told)).not.toContain(secret);
}

describe("a collector that is in trouble", () => {
  test("is told of once, by its origin alone, and so is that it is well again", () =>
    tellOfTrouble({ kind: "page", status: 500 }, "HTTP 500"));

  test("that answers with what nobody can read has taken the export", async () => {
    const telemetry = await openTelemetry();
    collector.trouble({ kind: "garbage" });
    await begin(telemetry, 1);
    await telemetry.flush();
    expect(telemetry.told).toEqual([]);
    expect(collector.exports).toHaveLength(1);
  });

  test("that takes exports and never answers holds up neither work nor the end, and no more spans than fit are kept", async () => {
    const telemetry = await openTelemetry();
    collector.trouble({ kind: "hang" });
    await begin(telemetry, 600);
    await collector.arrived(1);
    await begin(telemetry, 10_000);
    collector.trouble(null);
    await telemetry.flush();
    expect(collector.spans).toHaveLength(mostSpans);
    await telemetry.close();
  });
});

leaveToSoak("a collector that is asked again for ten seconds", () => {
  test("is told of in the same way", { timeout: 120_000 }, () =>
    tellOfTrouble({ kind: "reset", when: "after_head" }, "ECONNRESET"),
  );
});
