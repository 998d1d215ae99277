import { expect, test } from "vitest";
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
  });
});

test("the closing line is the last, and alone", () => {
  expect(
    closingLines({ passed: 12, failed: 1, skipped: 2, failedSteps: ["types"], notRun: ["a (b)", "c (d)"] }),
  ).toEqual(["Failed: types.", "Not run: a (b); c (d).", "12 passed, 1 failed, 2 skipped"]);
  expect(closingLines({ passed: 4, failed: 0, skipped: 0, failedSteps: [], notRun: [] })).toEqual([
    "4 passed, 0 failed, 0 skipped",
  ]);
});
