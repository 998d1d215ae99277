import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { countReport } from "../../scripts/summary.mjs";
import { findProgram } from "./needs.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fovea-needs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Two tests that need Chromium, or packages, in a vitest of their own. */
function runFixture(environment: NodeJS.ProcessEnv, fixture: "browser" | "packages" = "browser") {
  const report = join(temporaryFolder(), "report.json");
  const vitest = join(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
  const folder = join(import.meta.dirname, "testdata/needs");
  const { CI: _, ...inherited } = process.env;
  const args = [vitest, "run", fixture, "--root", folder, "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, args, { env: { ...inherited, ...environment } });
  return countReport(JSON.parse(readFileSync(report, "utf8")), status ?? 1);
}

function program(name: string, shell: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), `#!/bin/sh\n${shell}\n`);
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

test("tests whose program is there run with its path", () => {
  expect(runFixture({ CHROMIUM: process.execPath, CI: "true" })).toEqual({
    passed: 2,
    failed: 0,
    skipped: 0,
    notRun: [],
    secondTry: [],
  });
});

test("tests whose program is missing are skipped and named", () => {
  expect(runFixture({ CHROMIUM: "/nowhere/chromium" })).toEqual({
    passed: 0,
    failed: 0,
    skipped: 2,
    notRun: ["the docs page in a browser (chromium is not installed)"],
    secondTry: [],
  });
});

test("with CI=true a missing program is a failure", () => {
  expect(runFixture({ CHROMIUM: "/nowhere/chromium", CI: "true" })).toMatchObject({ failed: 1, skipped: 0 });
});

test("tests whose packages cannot be installed are skipped and named, and with CI=true a failure", () => {
  expect(runFixture({}, "packages")).toEqual({
    passed: 0,
    failed: 0,
    skipped: 1,
    notRun: ["a server from elsewhere (npm could not install it)"],
    secondTry: [],
  });
  expect(runFixture({ CI: "true" }, "packages")).toMatchObject({ failed: 1, skipped: 0 });
});

test("a Python without requests does not count", () => {
  expect(findProgram("python3-requests", { PYTHON: program("python3", "exit 1") })).toBeUndefined();
  const python = program("python3", "exit 0");
  expect(findProgram("python3-requests", { PYTHON: python })).toBe(python);
});
