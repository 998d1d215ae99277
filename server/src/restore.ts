import { oneFile, runCommand } from "./command.ts";
import { loadConfig } from "./platform/config.ts";
import { readLines } from "./platform/database/backup/file.ts";
import { restore } from "./platform/database/backup/restore.ts";
import { readMigrations } from "./platform/database/migrate.ts";
import { readEnvironment } from "./platform/environment.ts";
import { migrationsFolder, openStored, queueSchema } from "./stored.ts";

const options = { force: { type: "boolean", default: false } } as const;

await runCommand("npm run restore -- FILE [--force]", options, async ({ force }, names) => {
  const file = oneFile(names);
  const database = await openStored(loadConfig(readEnvironment()));
  try {
    const { createdAt, tables, rows, leftOut } = await restore(database, readLines(file), {
      migrations: readMigrations(migrationsFolder),
      foreign: [queueSchema()],
      force,
    });
    const left =
      leftOut.length > 0 ? `\nLeft out, because its form has changed since: ${leftOut.join(", ")}.` : "";
    return `Restored ${rows} rows of ${tables} tables, as they were at ${createdAt}.${left}`;
  } finally {
    await database.close();
  }
});
