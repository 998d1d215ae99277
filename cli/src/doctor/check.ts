import type { ExitCode } from "../exit-codes.ts";

/** What was looked at, how it is, and where it is not well what to do. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  readonly message: string;
  /** The command's, where this is the first that fails. */
  readonly exitCode?: ExitCode;
}
