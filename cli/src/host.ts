import type { Command } from "commander";
import type { CommonOptions, Run } from "./context.ts";
import { describeError } from "./describe-error.ts";
import { exitCodes, signalExitCodes } from "./exit-codes.ts";
import { createLeftovers } from "./files/leftovers.ts";
import { createTerminal, type Terminal, type TerminalSettings } from "./terminal/terminal.ts";

type Signal = keyof typeof signalExitCodes;

/** The process that commands run in: its signals, its pipes and its end. */
export interface Host {
  /** Parses the command line and runs what it says. The process ends with it. */
  run(program: Command): Promise<void>;
  /** Runs a command's work, with the options that it was given. */
  act(command: Command, run: Run): Promise<void>;
  /** The same for what runs programs of its own in this process: signals and the exit code are theirs. */
  handOver(command: Command, run: Run): Promise<void>;
}

/** Ctrl-C, or somebody who ends the process. */
class Interrupted extends Error {
  readonly signal: Signal;

  constructor(signal: Signal) {
    super(`Interrupted by ${signal}.`);
    this.signal = signal;
  }
}

export function createHost(process: NodeJS.Process): Host {
  const { stdin, stdout, stderr, env: environment } = process;
  const leftovers = createLeftovers();
  const interruption = new AbortController();
  const interrupted = new Promise<never>((_resolve, reject) => {
    interruption.signal.addEventListener("abort", () => reject(interruption.signal.reason));
  });
  // Nobody may be waiting for it: then whoever runs next finds the signal aborted.
  interrupted.catch(() => {});
  const settings = (options: Partial<CommonOptions>): TerminalSettings => {
    const { quiet = false, color = true } = options;
    return { stdout, stderr, environment, quiet, color };
  };
  let terminal: Terminal = createTerminal(settings({}));
  let comeBack: string | undefined;
  let exitCode: number | undefined = exitCodes.ok;

  const handlers = Object.fromEntries(
    Object.entries(signalExitCodes).map(([signal, code]) => [
      signal,
      () => {
        // Who says it twice means it.
        if (interruption.signal.aborted) end(code);
        interruption.abort(new Interrupted(signal as Signal));
      },
    ]),
  );
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  // `fovea … | head` has read enough. What nobody reads need not be written, nor made.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end(exitCodes.ok);
  });
  stderr.on("error", () => {});

  function end(code: number): never {
    leftovers.removeAll();
    process.exit(code);
  }

  function tell(error: unknown): number {
    terminal.endProgress();
    if (error instanceof Interrupted) {
      terminal.complain(comeBack ? `Interrupted. ${comeBack}` : "Interrupted.");
      return signalExitCodes[error.signal];
    }
    const described = describeError(error);
    terminal.complain(`error: ${described.message}`);
    if (described.unexpected && error instanceof Error && error.stack) terminal.complain(error.stack);
    return described.exitCode;
  }

  const contextOf = (command: Command) => {
    const options = command.optsWithGlobals<CommonOptions>();
    terminal = createTerminal(settings(options));
    return {
      options,
      terminal,
      environment,
      stdin,
      signal: interruption.signal,
      leftovers,
      onInterrupt(sentence: string) {
        comeBack = sentence;
      },
    };
  };

  return {
    async run(program) {
      try {
        // Who calls it alone wants to know what there is, which is no mistake.
        if (process.argv.length <= 2) program.outputHelp();
        else await program.parseAsync(process.argv);
      } catch (error) {
        exitCode = isCommanderError(error) ? (error.exitCode === 0 ? 0 : exitCodes.usage) : tell(error);
      }
      if (exitCode === undefined) return;
      // What is still on its way to a pipe would be cut off.
      await Promise.all(
        [stdout, stderr].map((stream) => new Promise((written) => stream.write("", written))),
      );
      end(exitCode);
    },
    async act(command, run) {
      exitCode = await Promise.race([run(contextOf(command)), interrupted]);
    },
    async handOver(command, run) {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
      await run(contextOf(command));
      exitCode = undefined;
    },
  };
}

/** The parser has said already what is wrong with the command line, or shown its help. */
const isCommanderError = (error: unknown): error is Error & { exitCode: number } =>
  error instanceof Error && error.name === "CommanderError" && "exitCode" in error;
