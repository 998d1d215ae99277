import { AppError } from "../../errors.ts";
import type { Owner } from "./owner.ts";

/** Errors of the start, for whoever started the service: they name files and say what to do. */
const startError = (code: string, message: string, cause?: unknown) =>
  new AppError({ code, status: 500, message, ...(cause === undefined ? {} : { cause }) });

export const folderInUse = (folder: string, owner: Owner | undefined) =>
  startError(
    "data_folder_in_use",
    `The data folder ${folder} is in use by ${
      owner
        ? `process ${owner.pid} on ${owner.host}, since ${owner.since}`
        : "another process that has just started"
    }. The embedded database serves one process: stop that one, set DATA_DIR to another folder, or set ` +
      "DATABASE_URL to a PostgreSQL, which serves many.",
  );

export const folderNotLockable = (folder: string, cause: unknown) =>
  startError(
    "data_folder_not_lockable",
    `The data folder ${folder} cannot be locked (${reason(cause)}). It must be writable, on a file system with locks.`,
    cause,
  );

export const folderOlder = (folder: string, found: string, needed: number) =>
  startError(
    "data_folder_older",
    `The database in ${folder} was written by an embedded PostgreSQL ${found}, and this release brings ` +
      `${needed}. Run \`npm run backup -- FILE\` with the release that wrote it; then, with this one, move the ` +
      "folder away and run `npm run restore -- FILE`.",
  );

export const folderNewer = (folder: string, found: string, needed: number) =>
  startError(
    "data_folder_newer",
    `The database in ${folder} was written by an embedded PostgreSQL ${found}, and this release brings ${needed}. ` +
      "Use the release that wrote it, or a newer one.",
  );

export const folderForeign = (folder: string) =>
  startError(
    "data_folder_foreign",
    `${folder} is not a database of this service: it has no PG_VERSION. Move it away, or set DATA_DIR to another folder.`,
  );

export const folderDamaged = (folder: string, cause: unknown) =>
  startError(
    "data_folder_damaged",
    `The database in ${folder} does not open: ${reason(cause)}. If the disk is full, free some space and start again. ` +
      "Otherwise move the folder away and run `npm run restore -- FILE` with your last backup.",
    cause,
  );

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
