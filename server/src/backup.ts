import { runCommand } from "./command.ts";
import { loadConfig } from "./platform/config.ts";
import { dump } from "./platform/database/backup/dump.ts";
import { writeLines } from "./platform/database/backup/file.ts";
import { readEnvironment } from "./platform/environment.ts";
import { openStored, queueSchema } from "./stored.ts";

await runCommand("npm run backup -- FILE", {}, async (_values, file) => {
  const database = await openStored(loadConfig(readEnvironment()));
  try {
    const { tables, rows } = await writeLines(file, (write) =>
      dump(database, [queueSchema()], new Date(), write),
    );
    return `Backed up ${rows} rows of ${tables} tables to ${file}.`;
  } finally {
    await database.close();
  }
});
