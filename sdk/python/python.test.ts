import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { startAnthropic } from "../../server/test/simulators/anthropic.ts";
import type { Json, SeenCall } from "../../server/test/simulators/vision-simulator.ts";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";

const folder = import.meta.dirname;
const webhookSecret = "whsec_c2VjcmV0IG9mIHRoZSBQeXRob24gdGVzdHM=";

describeWith("python3-pytest", "the Python client", ({ path }) => {
  test("does against the service what its own tests say", { timeout: 300_000 }, async () => {
    const report = join(await temporaryFolder(), "report.xml");
    const { code, output } = await run(path, ["-m", "pytest", "-q", `--junitxml=${report}`], await service());
    // Each by its name, before the whole of what pytest said of them.
    expect(failedTests(await readFile(report, "utf8").catch(() => "")), output).toEqual([]);
    expect(code, output).toBe(0);
  });
});

describeWith("mypy", "the types of the Python client", ({ path }) => {
  leaveToSoak("the types of the Python client, by mypy", () => {
    test("hold in the package, in its tests and in the example", { timeout: 180_000 }, async () => {
      const cache = await temporaryFolder();
      const places = ["src", "tests", "../../examples/python-notebook/shops.py"];
      const { code, output } = await run(path, ["--strict", `--cache-dir=${cache}`, ...places], {});
      expect(code, output).toBe(0);
    });
  });
});

/** A service whose batches are looked at by a simulated model, so that they take no time and may ask anything. */
async function service(): Promise<Readonly<Record<string, string>>> {
  const model = await startAnthropic();
  onTestFinished(() => model.close());
  model.answer((call) => ({ kind: "output", output: answerTo(call) }));
  const { baseUrl } = await listenApp({
    ANTHROPIC_API_KEY: model.key,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_MODEL: model.model,
    ANTHROPIC_RPM_PER_KEY: "6000",
    RATE_LIMITS: "off",
    WEBHOOK_SECRET: webhookSecret,
  });
  return { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token", FOVEA_WEBHOOK_SECRET: webhookSecret };
}

/** The facts that are asked for by default, or the two that the tests and the example ask for themselves. */
function answerTo({ schema }: SeenCall): Json {
  const asked =
    typeof schema === "object" && schema !== null && "properties" in schema ? schema["properties"] : {};
  if (typeof asked === "object" && asked !== null && "sign" in asked)
    return { sign: "PELLOWICK", open: true };
  return {
    ...{ store_image: true, text_content: "PELLOWICK", store_name: "PELLOWICK", business_contact: null },
    image_description: "A bakery.",
  };
}

async function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  // What somebody has set for a service of their own is not for the tests.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(FOVEA_|WEBHOOK_SECRET|PYTHON)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...environment, PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) =>
    child.once("close", resolve).once("error", reject),
  );
  const [code, ...said] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, output: said.join("\n") };
}

/** Names of those that failed in a JUnit report. */
function failedTests(report: string): string[] {
  const cases = report.split("<testcase ").slice(1);
  return cases
    .filter((each) => /<(failure|error) /.test(each))
    .map((each) => `${/classname="([^"]*)"/.exec(each)?.[1]}: ${/ name="([^"]*)"/.exec(` ${each}`)?.[1]}`);
}
