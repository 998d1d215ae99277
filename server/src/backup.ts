import { oneFile, runCommand } from "./command.ts";
import { loadConfig } from "./platform/config.ts";
import { dump } from "./platform/database/backup/dump.ts";
import { writeLines } from "./platform/database/backup/file.ts";
import { readEnvironment } from "./platform/environment.ts";
import { openStored, queueSchema } from "./stored.ts";

await runCommand("npm run backup -- FILE", {}, async (_values, names) => {
  const file = oneFile(names);
  const config = loadConfig(readEnvironment());
  const database = await openStored(config);
  try {
    const { tables, rows } = await writeLines(file, (write) =>
      dump(database, [queueSchema()], new Date(), write),
    );
    // A shell without the settings of the service would save another database than was meant.
    const of =
      config.DATABASE_URL === undefined
        ? `the embedded database in ${config.DATA_DIR}`
        : `the database ${new URL(config.DATABASE_URL).pathname.slice(1)}`;
    return `Backed up ${rows} rows of ${tables} tables of ${of} to ${file}.`;
  } finally {
    await database.close();
  }
});
