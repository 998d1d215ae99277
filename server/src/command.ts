import { type ParseArgsConfig, parseArgs } from "node:util";
import { AppError } from "./platform/errors.ts";

/**
 * Runs a command of the service. What its caller can mend is told in a line, with how to call it where it was called
 * wrongly; anything else is a bug and keeps its stack.
 */
export async function runCommand<Options extends NonNullable<ParseArgsConfig["options"]>>(
  usage: string,
  options: Options,
  run: (
    values: ReturnType<typeof parseArgs<{ options: Options }>>["values"],
    names: readonly string[],
  ) => Promise<string>,
): Promise<void> {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    process.stdout.write(`${await run(values, positionals)}\n`);
  } catch (error) {
    const calledWrongly = error instanceof TypeError;
    if (!(error instanceof AppError || calledWrongly || isFileProblem(error))) throw error;
    process.stderr.write(`${error.message}\n${calledWrongly ? `Usage: ${usage}\n` : ""}`);
    process.exitCode = 1;
  }
}

/** @throws {TypeError} for the caller of the command, when it is not one */
export function oneFile([file, ...more]: readonly string[]): string {
  if (file === undefined || more.length > 0) throw new TypeError("Expected the name of one file.");
  return file;
}

/** Such as a folder that is not there, or a full disk: the system's own sentence names the file. */
const isFileProblem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "code" in error;
