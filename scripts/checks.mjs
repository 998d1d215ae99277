import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode, runChild } from "./child.mjs";
import { Refusal } from "./refusal.mjs";
import { findRuntime, runtimeEnvironment, runtimeFlags } from "./runtime.mjs";
import { closingLines, countReport } from "./summary.mjs";
import { findTool } from "./tools.mjs";

const steps = [
  { name: "format and lint", tool: "biome", args: ["ci", "."] },
  { name: "types", tool: "tsc", args: ["-p", "."] },
  { name: "types of the React hooks", tool: "tsc", args: ["-p", "sdk/react"] },
  { name: "types of the React example", tool: "tsc", args: ["-p", "examples/react-entra"] },
  { name: "types of the dashboard", tool: "tsc", args: ["-p", "dashboard"] },
  { name: "unused code", tool: "knip", args: [] },
];

/**
 * Format, lint, types, unused code, tests: all of them run, also after one has failed, so that one run tells
 * everything. The last line says how it went.
 * @param {{ root: string, fast?: boolean, filters?: readonly string[], say?: (line: string) => void }} options
 *   `fast` leaves out the tests; `filters` are vitest's: parts of file names
 * @returns {Promise<number>} an exit code
 */
export async function checkAll({ root, fast = false, filters = [], say = console.log }) {
  const runtime = findRuntime({ root });
  /** @param {string} name @param {string} tool @param {readonly string[]} args */
  const run = async (name, tool, args) => {
    say(`\n${name} (${[tool, ...args.slice(0, 1)].join(" ")})`);
    try {
      const ended = await runChild(runtime, [...runtimeFlags, findTool({ root, tool }), ...args], {
        cwd: root,
        env: runtimeEnvironment(process.env, { root }),
        stdio: "inherit",
      });
      if (ended.received)
        throw new CheckInterrupted("Interrupted.", exitCode({ code: null, signal: ended.received }));
      return exitCode(ended);
    } catch (error) {
      // A tool that is missing is a failed step among others.
      if (!(error instanceof Refusal) || error instanceof CheckInterrupted) throw error;
      say(error.message);
      return error.exitCode;
    }
  };

  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const notRun = [];
  /** @type {string[]} */
  const secondTry = [];
  /** @type {string[]} */
  const failed = [];
  for (const { name, tool, args } of steps) {
    if ((await run(name, tool, args)) === 0) total.passed += 1;
    else {
      total.failed += 1;
      failed.push(name);
    }
  }
  if (fast) {
    total.skipped += 1;
    notRun.push("tests (--fast)");
  } else {
    const tests = await runTests((args) => run("tests", "vitest", ["run", ...args, ...filters]));
    total.passed += tests.passed;
    total.failed += tests.failed;
    total.skipped += tests.skipped;
    notRun.push(...tests.notRun);
    secondTry.push(...tests.secondTry);
    if (tests.failed > 0) failed.push("tests");
  }
  say("");
  for (const line of closingLines({ ...total, failedSteps: failed, notRun, secondTry })) say(line);
  return total.failed === 0 ? 0 : 1;
}

class CheckInterrupted extends Refusal {}

/**
 * The default reporter is for people; the counts are taken from the JSON one, not from its colours.
 * @param {(args: readonly string[]) => Promise<number>} vitest
 */
async function runTests(vitest) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-tests-"));
  const report = join(folder, "report.json");
  try {
    const code = await vitest(["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
    return countReport(readReport(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
