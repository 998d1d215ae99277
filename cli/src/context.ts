import type { ExitCode } from "./exit-codes.ts";
import type { Leftovers } from "./files/leftovers.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** What all commands take. */
export interface CommonOptions {
  /** Where the service is; else `FOVEA_URL`. */
  readonly url?: string;
  /** File with a bearer token; else `FOVEA_TOKEN`. */
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/** What a command may use of the world around it. */
export interface Context {
  readonly options: CommonOptions;
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  /** Aborted by Ctrl-C. What a command then still does is not waited for. */
  readonly signal: AbortSignal;
  readonly leftovers: Leftovers;
  /** What is said when Ctrl-C ends the command from here on: how to come back to what goes on without it. */
  readonly onInterrupt: (sentence: string) => void;
}

export type Run = (context: Context) => Promise<ExitCode>;
