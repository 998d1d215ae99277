import { AppError } from "../errors.ts";

export const schemaNewer = (name: string) =>
  new AppError({
    code: "schema_newer",
    status: 500,
    message:
      `The database was migrated by a newer release: it has ${name}, which this one does not know. ` +
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
