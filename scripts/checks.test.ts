import { chmodSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startProcess } from "./fixture-process.ts";
import { createProject, type Project } from "./fixture-project.ts";

const packages = { biome: "@biomejs/biome", knip: "knip", tsc: "typescript", vitest: "vitest" };

/** A clone whose tools are these sources; each says that it ran. */
function setup(sources: Partial<Record<keyof typeof packages, string>>): Project {
  const project = createProject({ installed: true });
  for (const [tool, source] of Object.entries(sources)) {
    const folder = `node_modules/${packages[tool as keyof typeof packages]}`; // Object.entries widens the keys
    project.write(`${folder}/package.json`, JSON.stringify({ type: "module", bin: { [tool]: "./bin.js" } }));
    project.write(`${folder}/bin.js`, `console.log("[${tool}]", ...process.argv.slice(2));\n${source}`);
  }
  return project;
}

const report = (status: string, failureMessages: readonly string[] = []) => `
  import { writeFileSync } from "node:fs";
  const file = process.argv.find((argument) => argument.startsWith("--outputFile.json=")).split("=")[1];
  const failureMessages = ${JSON.stringify(failureMessages)};
  const test = { status: "${status}", fullName: "it works", failureMessages, meta: {} };
  writeFileSync(file, JSON.stringify({ testResults: [{ status: "${status}", assertionResults: [test] }] }));
  process.exitCode = "${status}" === "passed" ? 0 : 1;`;

const lines = (output: string) => output.trimEnd().split("\n");

test("everything runs in order, and the last line counts it", async () => {
  const project = setup({ biome: "", knip: "", tsc: "", vitest: report("passed") });
  const { code, output } = await project.run("test.mjs").ended;
  expect(code).toBe(0);
  expect(output.match(/^\[\w+\]/gm)).toEqual(["[biome]", ...Array(4).fill("[tsc]"), "[knip]", "[vitest]"]);
  expect(lines(output).at(-1)).toBe("7 passed, 0 failed, 0 skipped");
});

test("a test that passed only at the second try is named before the last line", async () => {
  const project = setup({ biome: "", knip: "", tsc: "", vitest: report("passed", ["Error: too early"]) });
  const { code, output } = await project.run("test.mjs").ended;
  expect(code).toBe(0);
  expect(lines(output).slice(-2)).toEqual([
    "Passed at the second try: it works (Error: too early).",
    "7 passed, 0 failed, 0 skipped",
  ]);
});

test("a failed step does not hide what the later ones say", async () => {
  const project = setup({
    biome: "process.exit(1);",
    knip: "",
    tsc: "process.exit(2);",
    vitest: report("failed"),
  });
  const { code, output } = await project.run("test.mjs").ended;
  expect(code).toBe(1);
  expect(output.match(/^\[\w+\]/gm)).toEqual(["[biome]", ...Array(4).fill("[tsc]"), "[knip]", "[vitest]"]);
  expect(lines(output).slice(-2)).toEqual([
    "Failed: format and lint, types, types of the React hooks, types of the React example, types of the dashboard, tests.",
    "1 passed, 6 failed, 0 skipped",
  ]);
});

test("a tool that is missing is a failed step that says what to do", async () => {
  const project = setup({ biome: "", tsc: "", vitest: report("passed") });
  const { code, output } = await project.run("check.mjs").ended;
  expect(code).toBe(1);
  expect(output).toContain("knip is not installed: run `npm ci --include=dev`.");
  expect(lines(output).at(-1)).toBe("6 passed, 1 failed, 0 skipped");
});

test("--fast leaves out the tests and says so", async () => {
  const project = setup({ biome: "", knip: "", tsc: "", vitest: report("failed") });
  const { code, output } = await project.run("check.mjs", ["--fast"]).ended;
  expect(code).toBe(0);
  expect(output).not.toContain("[vitest]");
  expect(lines(output).slice(-2)).toEqual(["Not run: tests (--fast).", "6 passed, 0 failed, 1 skipped"]);
});

test("other words select tests by file", async () => {
  const project = setup({ biome: "", knip: "", tsc: "", vitest: report("passed") });
  const { output } = await project.run("test.mjs", ["imaging"]).ended;
  expect(output).toMatch(/^\[vitest\] run .* imaging$/m);
});

test("an interrupted run stops there", async () => {
  const project = setup({
    biome: "setInterval(() => {}, 60_000);",
    knip: "",
    tsc: "",
    vitest: report("passed"),
  });
  const check = project.run("check.mjs");
  await check.shown("[biome]");
  process.kill(-check.pid, "SIGTERM");
  const { code, output } = await check.ended;
  expect(code).toBe(143);
  expect(output).not.toContain("[tsc]");
});

test.each([0, 1])(".ci/run ends with the closing line of npm test and its exit code %i", async (status) => {
  const project = createProject({ installed: true });
  const manifest = JSON.parse(project.read("package.json"));
  project.write("package.json", JSON.stringify({ ...manifest, scripts: { test: "node tests.mjs" } }));
  project.write(
    "tests.mjs",
    `console.log("CI=" + process.env.CI); console.log("1 passed, ${status} failed, 0 skipped"); process.exit(${status});`,
  );
  mkdirSync(join(project.root, ".ci"));
  for (const name of ["run", "packages.sh"])
    cpSync(join(dirname(import.meta.dirname), ".ci", name), join(project.root, ".ci", name));
  // Where something is missing the script would install it on the machine that runs this test.
  project.write("bin/apt-get", "#!/bin/sh\nexit 1\n");
  chmodSync(join(project.root, "bin/apt-get"), 0o755);

  const { code, output } = await startProcess("bash", [join(project.root, ".ci/run")], {
    env: { ...process.env, PATH: `${join(project.root, "bin")}:${process.env["PATH"]}` },
  }).ended;
  expect(code).toBe(status);
  expect(lines(output).slice(-2)).toEqual(["CI=true", `1 passed, ${status} failed, 0 skipped`]);
});
