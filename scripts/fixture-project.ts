import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type RunningProcess, startProcess } from "./fixture-process.ts";

export interface Project {
  readonly root: string;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string;
  readonly has: (path: string) => boolean;
  /** One of its scripts, in a process group of its own, as a shell starts it. */
  readonly run: (script: string, args?: readonly string[], environment?: NodeJS.ProcessEnv) => RunningProcess;
}

const manifest = {
  name: "project",
  version: "1.0.0",
  private: true,
  type: "module",
  workspaces: ["part"],
  scripts: { start: "node scripts/start.mjs" },
};
const part = { name: "part", version: "1.0.0" };
const lockfile = {
  name: "project",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { name: "project", version: "1.0.0", workspaces: ["part"] },
    "node_modules/part": { resolved: "part", link: true },
    part: { version: "1.0.0" },
  },
};

/**
 * A clone in a temporary folder: these scripts, one workspace and no dependencies, so that a real `npm ci`
 * works offline.
 * @param main the source of its server/src/main.ts
 */
export function createProject({ main = 'console.log("up");', installed = false } = {}): Project {
  const root = mkdtempSync(join(tmpdir(), "fovea-project-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const project: Project = {
    root,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    has: (path) => existsSync(join(root, path)),
    run: (script, args = [], environment = {}) =>
      startProcess(process.execPath, [join(root, "scripts", script), ...args], {
        cwd: root,
        env: { ...process.env, ...environment },
        detached: true,
      }),
  };
  cpSync(import.meta.dirname, join(root, "scripts"), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
  project.write("package.json", JSON.stringify(manifest));
  project.write("package-lock.json", JSON.stringify(lockfile));
  project.write("part/package.json", JSON.stringify(part));
  project.write("server/src/main.ts", main);
  if (installed) project.write("node_modules/.package-lock.json", JSON.stringify(lockfile));
  return project;
}

/** Puts a program in the place of npm. Returns the environment that makes the scripts use it. */
export function replaceNpm(project: Project, source: string): NodeJS.ProcessEnv {
  project.write("npm/npm-cli.js", source);
  return {
    npm_execpath: join(project.root, "npm/npm-cli.js"),
    npm_node_execpath: process.execPath,
  };
}

export interface NpmAtTheGate {
  readonly environment: NodeJS.ProcessEnv;
  /** The next npm that has begun and waits, with half a node_modules written. */
  readonly next: () => Promise<{ pid: number; letGo: () => void }>;
  /** How many have begun until now. */
  readonly count: () => number;
}

/** The real npm, but each run waits until the test lets it go. */
export async function holdNpm(project: Project): Promise<NpmAtTheGate> {
  let count = 0;
  const arrived: Socket[] = [];
  let wake = () => {};
  const gate = createServer((socket) => {
    count += 1;
    arrived.push(socket);
    wake();
  });
  onTestFinished(() => {
    for (const socket of arrived) socket.destroy();
    gate.close();
  });
  await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
  const address = gate.address();
  if (address === null || typeof address === "string") throw new Error("The gate has no port.");

  const environment = replaceNpm(
    project,
    `import { spawnSync } from "node:child_process";
     import { mkdirSync } from "node:fs";
     import { connect } from "node:net";
     mkdirSync("node_modules/half", { recursive: true });
     const gate = connect(${address.port}, "127.0.0.1", () => gate.write(String(process.pid)));
     gate.on("error", () => process.exit(1));
     gate.on("data", () => {
       const npm = spawnSync("npm", process.argv.slice(2), { stdio: "inherit" });
       process.exit(npm.status);
     });`,
  );
  return {
    environment,
    count: () => count,
    async next() {
      if (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const socket = arrived.shift();
      if (!socket) throw new Error("Nobody is at the gate.");
      onTestFinished(() => void socket.destroy());
      const pid = await new Promise<number>((resolve) => {
        socket.on("error", () => {});
        socket.once("data", (text) => resolve(Number(text)));
      });
      return { pid, letGo: () => void socket.write("go") };
    },
  };
}
