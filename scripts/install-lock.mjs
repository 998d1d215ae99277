import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "./refusal.mjs";

const pollInterval = 200;
const patience = 10 * 60_000;
/** Between creating the file and writing into it a holder may be killed; longer than this it never takes. */
const emptyIsStaleAfter = 10_000;

/**
 * Does `work` while no other process does, in this folder. `node_modules` cannot hold the lock: npm empties it.
 * @template T
 * @param {{ root: string, announce: (line: string) => void }} options
 * @param {(addProcess: (pid: number) => void) => Promise<T>} work may name a further process that must have
 *   ended before the lock counts as abandoned: npm goes on when only its parent is killed
 * @returns {Promise<T>}
 */
export async function withInstallLock({ root, announce }, work) {
  const path = join(root, ".install-lock");
  await acquire(path, announce);
  try {
    return await work((pid) => {
      const next = `${path}.${process.pid}`;
      writeFileSync(next, `${process.pid} ${pid}`);
      renameSync(next, path);
    });
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {(line: string) => void} announce
 */
async function acquire(path, announce) {
  const deadline = Date.now() + patience;
  let told = false;
  while (!create(path)) {
    if (isAbandoned(path)) {
      takeAway(path);
      continue;
    }
    if (Date.now() > deadline) {
      throw new Refusal(`Another install in this folder does not end. If there is none, delete ${path}.`);
    }
    if (!told) announce("Another install is running in this folder; waiting for it…");
    told = true;
    await delay(pollInterval);
  }
}

/** @param {string} path */
function create(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw new Refusal(
      `Dependencies must be installed, but nothing can be written here (${error instanceof Error ? error.message : error}). ` +
        "Check who owns this folder, or run `npm ci` as its owner.",
    );
  }
}

/**
 * Nobody holds it: its processes are gone, or it is from before the machine started (their numbers are
 * other processes' now). Our own number in it is such a case too: in a container they repeat.
 * @param {string} path
 */
function isAbandoned(path) {
  try {
    const pids = readFileSync(path, "utf8").split(" ").filter(Boolean).map(Number);
    const written = statSync(path).mtimeMs;
    if (written < Date.now() - uptime() * 1000) return true;
    if (pids.length === 0) return Date.now() - written > emptyIsStaleAfter;
    return !pids.some((pid) => pid !== process.pid && isRunning(pid));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/**
 * Renaming succeeds for one process only. If another one was faster and what we took is already its new lock,
 * it is put back.
 * @param {string} path
 */
function takeAway(path) {
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (isAbandoned(taken)) rmSync(taken, { force: true });
  else renameSync(taken, path);
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
