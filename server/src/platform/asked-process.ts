import { type ChildProcess, fork, type Serializable } from "node:child_process";

/** A process of its own that is asked one thing after the other: for work that must not take this one along. */
export interface AskedProcess<Order, Answer> {
  /**
   * Starts the process where none runs. Not to be called before the last answer is there.
   *
   * @throws {ProcessEnded} where it ended instead of answering
   * @throws the signal's reason, at once; the process is ended, for what it was stopped in may have no end of its own
   */
  ask(order: Order, signal: AbortSignal): Promise<Answer>;
  /** Ends the process. Another order would start it again. */
  close(): Promise<void>;
}

export class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
  /** Null where it was killed. */
  readonly exitCode: number | null;

  constructor(exitCode: number | null) {
    super(`The process ended with ${exitCode === null ? "a signal" : `code ${exitCode}`}.`);
    this.exitCode = exitCode;
  }
}

interface ProcessOptions {
  /** Path of what runs in it: it answers each message with one. */
  readonly body: string;
  /** Of its own heap, in megabytes; what libraries take comes on top. */
  readonly heapMb: number;
  /** Without work, in milliseconds: then it is ended. */
  readonly idleMs: number;
}

/** Starts nothing yet. */
export function createAskedProcess<Order extends Serializable, Answer>({
  body,
  heapMb,
  idleMs,
}: ProcessOptions): AskedProcess<Order, Answer> {
  let running: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;

  const start = (): ChildProcess => {
    const started = fork(body, {
      // Nothing in it needs a setting or a secret.
      env: { MALLOC_ARENA_MAX: "2" },
      execArgv: ["--disable-warning=ExperimentalWarning", `--max-old-space-size=${heapMb}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const forget = () => {
      if (running === started) running = undefined;
    };
    started.once("exit", forget);
    started.once("error", forget);
    return started;
  };

  const end = async () => {
    clearTimeout(idle);
    const ending = running;
    running = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = Promise.withResolvers<void>();
    ending.once("exit", () => ended.resolve());
    ending.ref();
    ending.kill("SIGKILL");
    await ended.promise;
  };

  return {
    async ask(order, signal) {
      signal.throwIfAborted();
      clearTimeout(idle);
      running ??= start();
      const asked = running;
      const answer = Promise.withResolvers<Answer>();
      const onStop = () => answer.reject(signal.reason);
      const onExit = (code: number | null) => answer.reject(new ProcessEnded(code));
      // What it sends is its program's own word.
      const onMessage = (message: Serializable) => answer.resolve(message as Answer);
      // One that ended before it took the order says so here first.
      const onSent = (error: Error | null) => error && answer.reject(new ProcessEnded(asked.exitCode));
      signal.addEventListener("abort", onStop, { once: true });
      asked.once("message", onMessage);
      asked.once("exit", onExit);
      asked.once("error", answer.reject);
      // While it works it keeps this process alive; while it rests it does not.
      asked.ref();
      asked.channel?.ref();
      asked.send(order, onSent);
      try {
        return await answer.promise;
      } finally {
        signal.removeEventListener("abort", onStop);
        asked.off("message", onMessage);
        asked.off("exit", onExit);
        asked.off("error", answer.reject);
        if (signal.aborted) await end();
        asked.unref();
        asked.channel?.unref();
        idle = setTimeout(() => void end(), idleMs).unref();
      }
    },
    close: end,
  };
}
