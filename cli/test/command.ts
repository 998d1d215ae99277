import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { npmCommand } from "../../scripts/install.mjs";
import { oldestNode } from "../../sdk/typescript/test/oldest-node.ts";
import { template } from "../../server/test/templates.ts";

const start = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const here = join(root, "cli");

/** The oldest Node of this machine: the command need not run on the one that the service has. */
export const node = oldestNode();

/**
 * The command as somebody has it who installs its package: built, packed, and installed from the tarball into a project
 * outside of this repository.
 *
 * @returns the file behind `fovea`
 */
export async function installedCommand(): Promise<string> {
  const install = async (folder: string) => {
    const sources = join(folder, "package");
    for (const part of ["package.json", "README.md", "LICENSE", "bin"]) {
      await cp(join(here, part), join(sources, part), { recursive: true });
    }
    await start(process.execPath, [join(here, "build.mjs"), join(sources, "dist")]);
    await runNpm(["pack", `--pack-destination=${folder}`], sources);
    const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
    const project = join(folder, "project");
    await mkdir(project);
    await writeFile(join(project, "package.json"), JSON.stringify({ private: true }));
    // sharp is the same one that npm would fetch, without a network.
    const packages = [join(folder, `fovea-cli-${version}.tgz`), join(root, "node_modules", "sharp")];
    await runNpm(["install", "--offline", ...packages], project);
  };
  const made = await template("fovea-command", install);
  if (made !== null) return pathIn(made);
  const folder = await mkdtemp(join(tmpdir(), "fovea-command-"));
  await install(folder);
  return pathIn(folder);
}

/** What npm tells its scripts of the project they are in, which is not the one that is meant here. */
const withoutNpm = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

async function runNpm(args: readonly string[], cwd: string): Promise<void> {
  const { command, args: first } = npmCommand({ root });
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await start(command, [...first, ...args, ...quiet], { cwd, env: withoutNpm });
}

const pathIn = (folder: string) =>
  join(folder, "project", "node_modules", "@fovea", "cli", "bin", "fovea.cjs");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given on standard input, which is closed otherwise. */
  readonly input?: string;
}

/** What somebody has set for a service of their own is not for the tests, nor that colours are wanted. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(FOVEA_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|BROWSER|DISPLAY)/.test(name),
  ),
);

export interface Running {
  readonly pid: number;
  /** Resolves once standard output or standard error have shown it; rejects when they end before. */
  shown(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly stdout: NodeJS.ReadableStream;
  readonly ended: Promise<Ran>;
}

/** Runs commands of a shell, which ends with the first that fails. */
export async function runShell(script: string, options: RunOptions): Promise<Ran> {
  return await begin("sh", ["-ec", script], options).ended;
}

/** Starts the installed command. What is left of it when the test ends is killed. */
export async function startFovea(args: readonly string[], options: RunOptions = {}): Promise<Running> {
  return begin(node.path, [await installedCommand(), ...args], options);
}

function begin(program: string, args: readonly string[], { cwd, env, input }: RunOptions): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const told = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      told[name] += text;
      for (const look of waiting) look();
    });
  }
  // One that ends early does not read what is left.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const ended = new Promise<Ran>((resolve) => {
    child.once("close", (code) => resolve({ code, ...told }));
  });
  return {
    pid: child.pid ?? 0,
    stdout: child.stdout,
    kill: (signal) => void child.kill(signal),
    ended,
    shown: (text) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          const all = told.stdout + told.stderr;
          if (!(typeof text === "string" ? all.includes(text) : text.test(all))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() =>
          reject(new Error(`It ended and did not show ${text}:\n${told.stdout}${told.stderr}`)),
        );
      }),
  };
}

/** Runs the installed command to its end. */
export async function fovea(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await (await startFovea(args, options)).ended;
}
