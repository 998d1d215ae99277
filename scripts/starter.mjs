import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const pollInterval = 250;
const shell = /^-?(ba|da|a|k|z)?sh$/;

/**
 * Makes the end of the `npm start` that started us a SIGTERM for us. npm passes its own SIGTERM to the shell it
 * runs scripts in, and that shell ends without passing it on; an npm that is killed passes nothing. Either way
 * a server would stay behind that nobody knows of, and keep its port.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function endWithNpm(env = process.env) {
  // Started in any other way (systemd, nohup, an image's CMD) we may well outlive who did it.
  if (env["npm_lifecycle_event"] !== "start" || process.platform === "win32") return;
  const parent = process.ppid;
  const { name, ppid: npm } = describeProcess(parent) ?? {};
  const throughShell = npm !== undefined && name !== undefined && shell.test(name);
  const timer = setInterval(() => {
    if (process.ppid === parent && !(throughShell && hasEnded(npm))) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, pollInterval);
  timer.unref();
}

/** @param {number} pid */
function hasEnded(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/**
 * Linux images often have no `ps`; macOS has no /proc.
 * @param {number} pid
 * @returns {{ name: string, ppid: number } | undefined}
 */
function describeProcess(pid) {
  try {
    // proc_pid_stat(5): pid (name) state ppid …; the name may hold spaces and parentheses.
    const found = /\((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return found?.[1] ? { name: found[1], ppid: Number(found[2]) } : undefined;
  } catch {
    const { stdout } = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" });
    const found = /^\s*(\d+)\s+(.+?)\s*$/.exec(stdout ?? "");
    return found?.[2] ? { name: basename(found[2]), ppid: Number(found[1]) } : undefined;
  }
}
