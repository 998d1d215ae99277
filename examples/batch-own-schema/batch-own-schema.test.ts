import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { runtimeFlags } from "../../scripts/runtime.mjs";
import { ndjsonRecords } from "../../server/test/analysis/downloads.ts";
import { pointedTo } from "../../server/test/documents.ts";
import { startGemini } from "../../server/test/simulators/gemini.ts";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";
import schema from "./shop-front.schema.json" with { type: "json" };

const here = import.meta.dirname;

/** The script as its README starts it. */
async function runScript(baseUrl: string, args: readonly string[]) {
  const script = [...runtimeFlags, join(here, "analyze.ts"), ...args];
  return startProcess(process.execPath, script, { env: { ...process.env, FOVEA_URL: baseUrl } }).ended;
}

test("fills a schema of one's own, tells how it goes on, and writes what came of it", async () => {
  const gemini = await startGemini();
  onTestFinished(() => gemini.close());
  gemini.answer({
    kind: "output",
    output: { kind: "food", sign: "BAKERY", colors: ["brown", "cream"] },
    usage: { inputTokens: 1_200, outputTokens: 40 },
  });
  const { baseUrl } = await listenApp({
    RETRY_BASE_MS: "1",
    GEMINI_API_KEYS: gemini.key,
    GEMINI_BASE_URL: gemini.url,
    GEMINI_MODEL: "gemini-3.5-flash-lite",
    GEMINI_RPM_PER_KEY: "6000",
  });
  const folder = await temporaryFolder();
  const table = join(folder, "shops.csv");
  const sample = await readFile(join(here, "shops.csv"), "utf8");
  // More rows than a page of results has; those of one picture share its answer.
  const rows = sample.split("\n").slice(1, 5).join("\n");
  await writeFile(table, pointedTo(baseUrl, sample + `${rows}\n`.repeat(25)));

  const results = join(folder, "results");
  const { code, output } = await runScript(baseUrl, [table, results]);
  expect(code, output).toBe(0);
  expect(output).toContain("is asked about 6 pictures, for about $0.");
  expect(output).toMatch(/^106 of 106, 1 failed$/m);
  expect(output).toMatch(/^food: 105$/m);
  expect(output).toContain("row 6,");
  expect(gemini.calls[0]).toMatchObject({ instruction: expect.stringContaining("front of the shop") });
  expect(gemini.calls[0]?.schema).toEqual(schema);
  const records = ndjsonRecords(await readFile(join(results, "shops.ndjson"), "utf8"));
  expect(records).toHaveLength(106);
  expect(records[0]).toMatchObject({ analysis_result: { kind: "food", colors: ["brown", "cream"] } });
  const workbook = await readFile(join(results, "shops.xlsx"));
  expect(workbook.subarray(0, 2).toString()).toBe("PK");
});

test("says what the service says where it refuses", async () => {
  const { baseUrl } = await listenApp();
  const { code, output } = await runScript(baseUrl, [join(here, "shops.csv")]);
  expect({ code, output }).toEqual({
    code: 2,
    output: expect.stringMatching(/^instruction: the model local .*\(validation_error, request req-.+\)$/m),
  });
});
