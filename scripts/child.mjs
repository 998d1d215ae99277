import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Refusal } from "./refusal.mjs";

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, received: NodeJS.Signals | null }} Ended */

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * One Ctrl-C arrives here twice: from the terminal, and from npm, which passes on its own. A person who
 * presses it again to force the end is slower than this.
 */
const sameKeystroke = 500;

/**
 * Starts a process, passes the signals of this one on to it, and waits for its end; this one never ends first.
 *
 * With `ownGroup` the child leaves the terminal's process group, so that a Ctrl-C reaches it exactly once and
 * only through us, whoever else gets it. It cannot read the terminal then. Without it (tools, watch modes) the
 * terminal has told the child already, and we pass a SIGINT on only if there is no terminal.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions & {
 *   ownGroup?: boolean,
 *   now?: () => number,
 *   onSpawn?: (child: import("node:child_process").ChildProcess) => void,
 * }} [options] `now` in milliseconds; `received` of the result: the signal that we were sent meanwhile
 * @returns {Promise<Ended>}
 * @throws {Refusal} if the command cannot be started
 */
export function runChild(command, args, options = {}) {
  const { ownGroup = false, now = Date.now, onSpawn, ...spawnOptions } = options;
  // On Windows `detached` opens a console window, and kill() is always a forced end: there the console tells
  // every process in it, and we only wait.
  const windows = process.platform === "win32";

  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Signals | null} */
    let received = null;
    /** @type {Map<NodeJS.Signals, number>} */
    const lastPassed = new Map();
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      received = signal;
      if (windows) return;
      if (!ownGroup && signal === "SIGINT" && process.stdin.isTTY) return;
      if (now() - (lastPassed.get(signal) ?? Number.NEGATIVE_INFINITY) < sameKeystroke) return;
      lastPassed.set(signal, now());
      child.kill(signal);
    };
    const stopPassing = () => {
      for (const signal of passedOn) process.off(signal, pass);
    };

    for (const signal of passedOn) process.on(signal, pass);
    const child = spawn(command, args, { detached: ownGroup && !windows, ...spawnOptions });
    child.once("error", (error) => {
      stopPassing();
      reject(new Refusal(`${command} could not be started: ${error.message}`));
    });
    // "close" and not "exit": what the child wrote last must have arrived.
    child.once("close", (code, signal) => {
      stopPassing();
      resolve({ code, signal, received });
    });
    onSpawn?.(child);
  });
}

/**
 * The exit code that a shell would show.
 * @param {Pick<Ended, "code" | "signal">} ended
 */
export function exitCode({ code, signal }) {
  return signal ? 128 + constants.signals[signal] : (code ?? 1);
}
