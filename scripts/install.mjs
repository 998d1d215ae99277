import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { exitCode, runChild } from "./child.mjs";
import { describeFailure } from "./install-failure.mjs";
import { withInstallLock } from "./install-lock.mjs";
import { Refusal } from "./refusal.mjs";
import { findRuntime, runtimeEnvironment, runtimeFlags } from "./runtime.mjs";

/**
 * @typedef {{
 *   root: string,
 *   env?: NodeJS.ProcessEnv,
 *   platform?: string,
 *   arch?: string,
 *   execPath?: string,
 *   announce?: (line: string) => void,
 * }} InstallOptions
 */

/** We were told to end during the install. The next command repeats it. */
export class InstallInterrupted extends Refusal {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super("The install was interrupted.", exitCode({ code: null, signal }));
    this.signal = signal;
  }
}

/**
 * Installs the dependencies if they are not those of the lockfile. Says so on stderr, and only then: stdout
 * belongs to the command (`TOKEN=$(npm run --silent token)`).
 * @param {InstallOptions} options
 * @throws {Refusal} with npm's last lines and what to do
 */
export async function ensureInstalled(options) {
  const { root, platform = process.platform, arch = process.arch } = options;
  const { announce = (line) => void process.stderr.write(`${line}\n`) } = options;
  const machine = `${platform}-${arch}`;
  if (isInstalled(root, machine)) return;
  await withInstallLock({ root, announce }, async (addProcess) => {
    if (isInstalled(root, machine)) return;
    announce("Installing dependencies (once, about 30 s)…");
    await install(options, addProcess);
    writeStamp(root, machine);
  });
}

/**
 * @param {InstallOptions} options
 * @param {(pid: number) => void} addProcess
 */
async function install(options, addProcess) {
  const npm = npmCommand(options);
  // A NODE_ENV=production or an `omit` in .npmrc would leave out the tests' tools, or sharp and the runtime.
  const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--include=dev", "--include=optional"];
  let output = "";
  const ended = await runChild(npm.command, [...npm.args, "ci", ...flags], {
    cwd: options.root,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    shell: npm.shell,
    ownGroup: true,
    onSpawn(child) {
      if (child.pid !== undefined) addProcess(child.pid);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text) => {
          output += text;
        });
      }
    },
  });
  if (ended.received) throw new InstallInterrupted(ended.received);
  if (ended.signal) output += `npm was ended by ${ended.signal}\n`;
  if (ended.code !== 0) throw new Refusal(describeFailure(output));
  await prepareDatabase(options);
}

/**
 * Makes the empty database that first starts copy. Where it fails, the first start takes some seconds longer.
 * @param {InstallOptions} options
 */
async function prepareDatabase({ root, env = process.env }) {
  const script = join(root, "server", "src", "platform", "database", "embedded", "prepare.ts");
  if (!existsSync(script)) return;
  let runtime;
  try {
    runtime = findRuntime({ root });
  } catch (error) {
    // The command that is about to start says so.
    if (error instanceof Refusal) return;
    throw error;
  }
  const ended = await runChild(runtime, [...runtimeFlags, script], {
    cwd: root,
    env: runtimeEnvironment(env, { root }),
    stdio: "ignore",
  });
  if (ended.received) throw new InstallInterrupted(ended.received);
}

/**
 * The npm that started us, else the one in PATH.
 * @param {InstallOptions} options
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export function npmCommand({
  root,
  env = process.env,
  platform = process.platform,
  execPath = process.execPath,
}) {
  // npm puts the Node it brought first in PATH, so from the second start on we run on a file that `npm ci` deletes.
  const inside = execPath.startsWith(join(root, "node_modules") + sep);
  if (inside && platform === "win32") {
    throw new Refusal(
      "The dependencies have changed. Run `npm ci`, then this again: Windows does not replace a program while it runs.",
    );
  }
  const script = env["npm_execpath"];
  const node = inside ? env["npm_node_execpath"] : execPath;
  // Started by pnpm or yarn, npm_execpath is theirs.
  if (script && basename(script) === "npm-cli.js" && node) {
    return { command: node, args: [script], shell: false };
  }
  // Node starts a .cmd only through a shell (CVE-2024-27980); every argument of ours is a constant.
  return platform === "win32"
    ? { command: "npm.cmd", args: [], shell: true }
    : { command: "npm", args: [], shell: false };
}

/**
 * @param {string} root
 * @param {string} machine
 */
function isInstalled(root, machine) {
  const found = read(stampPath(root));
  if (found === stamp(root, machine)) return true;
  // A node_modules of another system, as in a folder shared with a container.
  if (found && !found.endsWith(` ${machine}`)) return false;
  if (!isInstalledByHand(root)) return false;
  try {
    writeStamp(root, machine);
  } catch {
    // A read-only image is as good: it only costs the comparison at the next start.
  }
  return true;
}

/**
 * Someone ran `npm ci` or `npm install`: npm's own record, which it writes last, names all that the lockfile names.
 * @param {string} root
 */
function isInstalledByHand(root) {
  const installed = lockedPackages(read(join(root, "node_modules", ".package-lock.json")));
  const locked = lockedPackages(readLockfile(root));
  if (!installed || !locked) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === "") return true;
    const entry = installed[path];
    return entry ? entry.version === wanted.version : wanted.optional === true;
  });
}

/**
 * @param {string | undefined} text
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(text) {
  try {
    return JSON.parse(text ?? "").packages;
  } catch {
    // Missing, cut off in the middle of writing, or with the marks of a merge conflict: npm says which.
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {string} machine
 */
function writeStamp(root, machine) {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(stampPath(root), stamp(root, machine));
}

/**
 * @param {string} root
 * @param {string} machine
 */
function stamp(root, machine) {
  return `${createHash("sha256").update(readLockfile(root)).digest("hex")} ${machine}`;
}

/** @param {string} root */
function stampPath(root) {
  return join(root, "node_modules", ".fovea-install");
}

/** @param {string} root */
function readLockfile(root) {
  const text = read(join(root, "package-lock.json"));
  if (text === undefined) {
    throw new Refusal(`package-lock.json is missing in ${root}: clone the repository again.`);
  }
  return text;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
