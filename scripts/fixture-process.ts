import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/**
 * Hundreds of processes load the same thousand files: a start of the service takes 1.5 s of a core with what V8 made of
 * them before, and 2 s without. Workers of the tests themselves gain nothing by it.
 */
const compileCache = fileURLToPath(new URL("../node_modules/.cache/fovea/compiled", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when stdout or stderr has shown it; rejects if both close before. */
  readonly shown: (text: string) => Promise<void>;
  /** Resolves when a pattern fits what stdout and stderr have shown since `from` characters; rejects if both close before. */
  readonly shownSince: (from: number, pattern: RegExp) => Promise<void>;
  /** What stdout and stderr have shown so far. */
  readonly output: () => string;
  /** Resolves when stdout and stderr are closed: by then every descendant that shares them has ended too. */
  readonly ended: Promise<Ended>;
}

/** A real process under test, with a channel to it if asked for. What is left of it when the test ends is killed. */
export function startProcess(
  command: string,
  args: readonly string[],
  { channel = false, env = process.env, ...options }: SpawnOptions & { channel?: boolean } = {},
): RunningProcess {
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", ...(channel ? (["ipc"] as const) : [])];
  const child = spawn(command, args, {
    ...options,
    env: { NODE_COMPILE_CACHE: compileCache, ...env },
    stdio,
  });
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  onTestFinished(() => void child.kill("SIGKILL"));

  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
  const come = (is: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!is()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`The process ended and did not show ${what}:\n${output}`)));
    });
  const shown = (text: string) => come(() => output.includes(text), `"${text}"`);
  const shownSince = (from: number, pattern: RegExp) =>
    come(() => pattern.test(output.slice(from)), String(pattern));
  return { child, pid: child.pid, shown, shownSince, output: () => output, ended };
}
