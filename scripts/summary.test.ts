import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { closingLines, countReport } from "./summary.mjs";

const result = (status: string, fullName = "a sentence") => ({ status, fullName, meta: {} });
const file = (status: string, assertionResults: ReturnType<typeof result>[]) => ({
  status,
  assertionResults,
});

test("the tests of all files are counted by their status", () => {
  const report = {
    testResults: [
      file("passed", [result("passed"), result("passed"), result("skipped", "later")]),
      file("failed", [result("passed"), result("failed"), result("todo", "some day")]),
    ],
  };
  expect(countReport(report, 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
    notRun: ["later (skipped in its code)", "some day (skipped in its code)"],
    secondTry: [],
  });
});

test("a file that could not be imported is a failure", () => {
  expect(countReport({ testResults: [file("failed", [])] }, 1)).toMatchObject({ failed: 1 });
});

test("the tests of a worker that crashed are failures", () => {
  const report = { testResults: [file("failed", [result("passed"), result("pending"), result("pending")])] };
  expect(countReport(report, 1)).toMatchObject({ passed: 1, failed: 2, skipped: 0 });
});

test("a failure outside any test, as an unhandled rejection, is a failure", () => {
  const report = { testResults: [file("passed", [result("passed")])] };
  expect(countReport(report, 1)).toMatchObject({ passed: 1, failed: 1 });
});

test("a test runner that wrote no report is a failure, however it ended", () => {
  expect(countReport(undefined, 1)).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
  expect(countReport(undefined, 0)).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
});

test("what needs a program that is missing is named once, whatever the number of its tests", () => {
  const meta = { notRun: { what: "the docs page in a browser", why: "chromium is not installed" } };
  const skipped = { status: "skipped", fullName: "the docs page in a browser loads nothing", meta };
  const counts = countReport({ testResults: [file("passed", [skipped, skipped])] }, 0);
  expect(counts).toEqual({
    passed: 0,
    failed: 0,
    skipped: 2,
    notRun: ["the docs page in a browser (chromium is not installed)"],
    secondTry: [],
  });
});

test("with CI=true a test may pass at its second try, and is named with what it failed with; elsewhere it fails", () => {
  expect(runOnce({ CI: "true" })).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
    notRun: ["a suite (it is long)"],
    secondTry: ["a sentence that is true later (Error: too early)"],
  });
  expect(runOnce({})).toMatchObject({ passed: 1, failed: 2, secondTry: [] });
});

test("the closing line is the last, and alone", () => {
  expect(
    closingLines({
      ...{ passed: 12, failed: 1, skipped: 2, failedSteps: ["types"] },
      ...{ notRun: ["a (b)", "c (d)"], secondTry: ["e (f)", "g (h)"] },
    }),
  ).toEqual([
    "Failed: types.",
    "Passed at the second try: e (f); g (h).",
    "Not run: a (b); c (d).",
    "12 passed, 1 failed, 2 skipped",
  ]);
  expect(
    closingLines({ passed: 4, failed: 0, skipped: 0, failedSteps: [], notRun: [], secondTry: [] }),
  ).toEqual(["4 passed, 0 failed, 0 skipped"]);
});

/** Tests of which one fails the first time, one always and one is left out, in a vitest of their own with the settings of this one. */
function runOnce(environment: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), "fovea-summary-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "server"));
  writeFileSync(
    join(folder, "server/tries.test.ts"),
    `let tries = 0;
    test("a sentence that is true", () => {});
    test("a sentence that is true later", () => {
      if (++tries === 1) throw new Error("too early\\nby far");
    });
    test("a sentence that is false", () => expect(1).toBe(2));
    describe.skip("a suite that is left out", { meta: { notRun: { what: "a suite", why: "it is long" } } }, () => {
      describe.skip("with a suite that never runs here", () => void test("a sentence", () => {}));
    });`,
  );
  const root = join(import.meta.dirname, "..");
  const report = join(folder, "report.json");
  const args = [
    ...[join(root, "node_modules/vitest/vitest.mjs"), "run", "--globals"],
    ...["--root", folder, "--config", join(root, "vitest.config.ts")],
    ...["--reporter=json", `--outputFile.json=${report}`],
  ];
  const { CI: _, ...inherited } = process.env;
  const { status } = spawnSync(process.execPath, args, { env: { ...inherited, ...environment } });
  return countReport(JSON.parse(readFileSync(report, "utf8")), status ?? 1);
}
