import { existsSync } from "node:fs";
import { AppError } from "./errors.ts";

/**
 * The environment variables of this process; those of a `.env` in the working folder are added, and never replace one
 * that is set.
 *
 * @throws {AppError} `unreadable_environment` when there is a `.env` that cannot be read
 */
export function readEnvironment(): NodeJS.ProcessEnv {
  try {
    if (existsSync(".env")) process.loadEnvFile(".env");
  } catch (error) {
    throw new AppError({
      code: "unreadable_environment",
      status: 500,
      message: "The file .env in the working folder cannot be read; make it readable, or remove it.",
      cause: error,
    });
  }
  return process.env;
}
