/** How the command ends, for scripts. The table in the README says the same. */
export const exitCodes = {
  ok: 0,
  /** What is no other: a full disk, a failure of the service, a fault of this program. */
  unexpected: 1,
  /** The command, or the request that was made of it, is wrong: the same again would be refused again. */
  usage: 2,
  /** No credential, or one that does not suffice. */
  access: 3,
  /** The service has no such batch or job. */
  notFound: 4,
  /** It ended, and some of it, or all, failed. */
  failedItems: 5,
  /** It was cancelled or paused, or is not done after the time that `--timeout` gives it. */
  unfinished: 6,
  unreachable: 7,
} as const;

export type ExitCode = number;

/** As shells have it: 128 and the number of the signal. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Something that a person can mend. The message says what is wrong, and what to do. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  /** For programs, as the service has codes. */
  readonly code: string;

  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

export const wrongUsage = (message: string) => new Failure(exitCodes.usage, "wrong_usage", message);
