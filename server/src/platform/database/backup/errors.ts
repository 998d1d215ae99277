import { AppError } from "../../errors.ts";

const commandError = (code: string, message: string, cause?: unknown) =>
  new AppError({ code, status: 500, message, ...(cause === undefined ? {} : { cause }) });

export const notABackup = (cause?: unknown) =>
  commandError(
    "not_a_backup",
    "The file is not a backup of this service, or not a whole one; nothing was changed.",
    cause,
  );

export const backupNewer = (version: number) =>
  commandError(
    "backup_newer",
    `The backup is in form ${version}, which this release does not know. Restore it with the release that wrote it, ` +
      "or a newer one.",
  );

export const dataThere = (tables: readonly string[]) =>
  commandError(
    "data_there",
    `The database holds data already (${tables.slice(0, 5).join(", ")}${tables.length > 5 ? ", …" : ""}); nothing was ` +
      "changed. Restoring replaces all of it: say --force if that is what you want.",
  );

export const serviceRuns = (connections: number) =>
  commandError(
    "service_runs",
    `The service is running on this database (${connections} connections); nothing was changed. Stop it first.`,
  );

export const fileExists = (file: string) =>
  commandError(
    "file_exists",
    `${file} is there already, and backups are not overwritten: give another name.`,
  );
