import { AppError } from "../errors.ts";

export const schemaNewer = (name: string) =>
  new AppError({
    code: "schema_newer",
    status: 500,
    message:
      `The database was migrated by a newer release: it has ${name}, with which this one cannot work. ` +
      "Use that release, or a newer one; migrations do not go back, so an older release needs a backup of its time.",
  });

export const migrationChanged = (known: string, applied: string) =>
  new AppError({
    code: "migration_changed",
    status: 500,
    message:
      `The migration ${applied} was applied to this database with another content than ${known} has here. ` +
      "Applied migrations are not changed: add a new one, or use the release that applied it.",
  });

export const schemaOlder = (name: string, minutes: number) =>
  new AppError({
    code: "schema_older",
    status: 500,
    message:
      `The schema of the database lacks ${name}, and nobody has brought it up to date for ${minutes} minutes. ` +
      "Run `npm run migrate` of this release, or set DATABASE_MIGRATIONS=apply to let processes do it at start.",
  });

/** @param cause in PostgreSQL's words, which name the table or schema */
export const schemaUnreadable = (minutes: number, cause: unknown) =>
  new AppError({
    code: "schema_unreadable",
    status: 500,
    message:
      `The schema of the database could not be read for ${minutes} minutes: ${cause instanceof Error ? cause.message : cause}. ` +
      "Give the role of DATABASE_URL what docs/operations.md grants to a role that may not change the schema.",
    cause,
  });
