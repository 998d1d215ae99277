import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { codeBlocks, readDocument, repository } from "../../server/test/documents.ts";
import { describeServer } from "../../server/test/engine/databases.ts";
import { freePort } from "../../server/test/free-port.ts";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { startRedis } from "../../server/test/redis.ts";
import { temporaryFolder } from "../../server/test/world.ts";

leaveToSoak("three processes by the guide", () => {
  describeWith("redis-server", "three processes by the guide, with Redis", ({ path }) => {
    describeServer("three processes by the guide, on PostgreSQL", (cluster) => {
      test("the commands of the guide, as they are, have three processes share the work", {
        timeout: 300_000,
        retry: 0,
      }, async () => {
        const clone = await cloneOf(repository);
        const redis = await startRedis(path);
        const ports = new Map([
          ["5432", String(cluster().port)],
          ["6379", String(redis.port)],
          ...(await Promise.all(
            ["8001", "8002", "8003"].map(async (port) => [port, String(await freePort())] as const),
          )),
        ]);
        const commands = codeBlocks(await readDocument("docs/operations.md"))
          .filter(({ label }) => label === "setup")
          .map(({ text }) => text)
          .join("\n");
        expect(commands.match(/npm start/g)).toHaveLength(3);
        const script = commands.replace(/\b(5432|6379|800[123])\b/g, (port) => ports.get(port) ?? port);
        const output = await runInGroup(script, clone, {
          PATH: `${writePrivileged(clone)}:${process.env["PATH"]}`,
          HOME: process.env["HOME"] ?? "/",
          ...{ PGHOST: "127.0.0.1", PGPORT: String(cluster().port), PGUSER: "postgres" },
        });
        expect(output).toMatch(/"differing_settings":\[\]/);
        const [, processes = "[]"] = /"processes":(\[.*?\]),"differing_settings"/.exec(output) ?? [];
        expect(
          JSON.parse(processes)
            .map(({ role }: { role: string }) => role)
            .sort(),
        ).toEqual(["api", "api", "worker"]);
        expect(output).toContain('"status":"completed"');
        for (const name of ["api1", "api2", "worker1"])
          expect(readFileSync(join(clone, `${name}.log`), "utf8")).not.toMatch(/"level":[56]0/);
      });
    });
  });
});

/** The working tree as a clone of its own, on the packages that are installed here. */
async function cloneOf(source: string): Promise<string> {
  const folder = join(await temporaryFolder(), "fovea");
  const left = new Set(["node_modules", ".git", "data", "packages", "coverage"]);
  mkdirSync(folder);
  cpSync(source, folder, {
    recursive: true,
    filter: (path) =>
      !left.has(
        path
          .slice(source.length + 1)
          .split("/")
          .at(-1) ?? "",
      ),
  });
  symlinkSync(join(source, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** What `sudo` does on a machine that has the servers already: it installs nothing, and PostgreSQL's owner is at hand. */
function writePrivileged(folder: string): string {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const sudo = join(programs, "sudo");
  writeFileSync(sudo, '#!/bin/sh\n[ "$1" = apt-get ] && exit 0\n[ "$1" = -u ] && shift 2\nexec "$@"\n');
  chmodSync(sudo, 0o755);
  return programs;
}

/** Runs a script; what it left in the background ends with the test. */
async function runInGroup(script: string, cwd: string, env: Record<string, string>): Promise<string> {
  const shell = spawn("sh", ["-ec", script], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    // Nobody may be left of them.
    spawnSync("kill", ["-KILL", "--", `-${shell.pid}`]);
  });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const [code] = await once(shell, "exit");
  expect(code, output).toBe(0);
  return output;
}
