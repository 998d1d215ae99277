import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runChild } from "./child.mjs";
import { withInstallLock } from "./install-lock.mjs";
import { Refusal } from "./refusal.mjs";
import { findRuntime, runtimeEnvironment, runtimeFlags } from "./runtime.mjs";
import { findTool } from "./tools.mjs";

/** What the built page is made of. */
const sources = ["dashboard", "sdk/typescript/src", "sdk/react/src", "package-lock.json"];
const notSources = new Set(["dist", "node_modules", "test"]);

/**
 * Builds the dashboard if it is not that of the sources.
 * @param {{ root: string, announce?: (line: string) => void }} options
 * @throws {Refusal} with the last lines of the build
 */
export async function ensureDashboard({ root, announce = (line) => void process.stderr.write(`${line}\n`) }) {
  // An image that was made for running has the page, and neither its sources nor what builds it.
  if (!existsSync(join(root, "dashboard", "index.html"))) return;
  const wanted = digestOf(root);
  if (isBuilt(root, wanted)) return;
  await withInstallLock({ root, announce }, async (addProcess) => {
    if (isBuilt(root, wanted)) return;
    announce("Building the dashboard (once, a few seconds)…");
    await build(root, addProcess);
    writeFileSync(stampPath(root), wanted);
  });
}

/**
 * @param {string} root
 * @param {(pid: number) => void} addProcess
 */
async function build(root, addProcess) {
  const folder = join(root, "dashboard");
  // Beside what is there: a page that a running service gives out stays whole until this one is.
  const next = join(folder, "dist.next");
  let output = "";
  const ended = await runChild(
    findRuntime({ root }),
    [
      ...runtimeFlags,
      findTool({ root, tool: "vite" }),
      "build",
      "--outDir",
      next,
      "--emptyOutDir",
      "--logLevel=error",
    ],
    {
      cwd: folder,
      env: runtimeEnvironment({ ...process.env, NODE_ENV: "production" }, { root }),
      stdio: ["ignore", "pipe", "pipe"],
      onSpawn(child) {
        if (child.pid !== undefined) addProcess(child.pid);
        for (const stream of [child.stdout, child.stderr]) {
          stream?.setEncoding("utf8").on("data", (text) => {
            output += text;
          });
        }
      },
    },
  );
  if (ended.received) throw new Refusal("The build of the dashboard was interrupted.", 130);
  if (ended.code !== 0)
    throw new Refusal(`The dashboard could not be built:\n${output.split("\n").slice(-20).join("\n")}`);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  renameSync(next, join(folder, "dist"));
}

/** @param {string} root @param {string} wanted */
function isBuilt(root, wanted) {
  try {
    return readFileSync(stampPath(root), "utf8") === wanted;
  } catch {
    return false;
  }
}

/** @param {string} root */
const stampPath = (root) => join(root, "dashboard", "dist", ".sources");

/** @param {string} root */
function digestOf(root) {
  const digest = createHash("sha256");
  for (const source of sources) addTo(digest, root, source);
  return digest.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} digest
 * @param {string} root
 * @param {string} path from there
 */
function addTo(digest, root, path) {
  const at = join(root, path);
  const entries = read(at, (place) => readdirSync(place, { withFileTypes: true }));
  if (!entries) {
    digest
      .update(`${path}\0`)
      .update(read(at, (place) => readFileSync(place)) ?? "")
      .update("\0");
    return;
  }
  const names = entries
    .map(({ name }) => name)
    .filter((name) => !notSources.has(name) && !name.startsWith("dist."));
  for (const name of names.sort()) addTo(digest, root, `${path}/${name}`);
}

/**
 * @template T
 * @param {string} path
 * @param {(path: string) => T} how
 * @returns {T | undefined} undefined where it is not there, or is of another kind
 */
function read(path, how) {
  try {
    return how(path);
  } catch {
    return undefined;
  }
}
