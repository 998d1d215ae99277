import { AppError } from "../../errors.ts";
import { sqlState } from "../errors.ts";

const startError = (code: string, message: string, cause?: unknown) =>
  new AppError({ code, status: 500, message, ...(cause === undefined ? {} : { cause }) });

/** Without a cause: the parser's own error holds the address, and so the password. */
export const unreadableAddress = (setting: string) =>
  startError(
    "database_url_unreadable",
    `${setting} cannot be read as postgres://user:password@host:port/database. ` +
      "Characters such as @ / : # % in the password are written %40 %2F %3A %23 %25.",
  );

export const cannotConnect = (where: string, cause: unknown, setting = "DATABASE_URL") =>
  startError(
    "database_unreachable",
    `PostgreSQL at ${where} (${setting}) cannot be used: ${reason(cause)}.`,
    cause,
  );

export const serverTooOld = (where: string, version: string) =>
  startError(
    "database_too_old",
    `PostgreSQL at ${where} is version ${version}, and 14 or newer is needed: upgrade it, or set DATABASE_URL to another.`,
  );

export const serverNotUtf8 = (where: string, encoding: string) =>
  startError(
    "database_not_utf8",
    `The database at ${where} is encoded in ${encoding}, and UTF8 is needed: ` +
      "create one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.",
  );

export const otherDatabase = (where: string) =>
  startError(
    "other_database",
    `The database at ${where} (DATABASE_LISTEN_URL) is not the one that DATABASE_URL leads to: notifications would be missed.`,
  );

/** @param statements that the owner of the database has to run, one a line */
export const settingsOfRoleMissing = (statements: string) =>
  startError(
    "role_without_settings",
    "With DATABASE_LISTEN_URL set, DATABASE_URL is taken for a pooler's, whose sessions keep nothing: the role has to " +
      `bring its settings along. Run this on the server, and reconnect the pooler (PgBouncer: RECONNECT):\n${statements}`,
  );

/** The server's and the sockets' own words name user, host and database, never the password. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried, as for localhost: the error of each is in `errors`, its own message is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  const state = sqlState(error);
  return `${error.message}${state ? ` (${state})` : ""}`;
}
