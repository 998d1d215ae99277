import { runCommand } from "./command.ts";
import { mediaSteps } from "./features/media/steps.ts";
import { invalidConfiguration, loadConfig } from "./platform/config.ts";
import { readEnvironment } from "./platform/environment.ts";
import { createJobs } from "./platform/jobs/jobs.ts";
import { migrationsFolder, openStored } from "./stored.ts";

/** What happens is told on standard error, as it happens. */
const tell = (fields: object, message: string) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const log = { info: tell, warn: tell, error: tell };

await runCommand("npm run migrate", {}, async (_values, names) => {
  if (names.length > 0) throw new TypeError("Expected no names.");
  const config = loadConfig(readEnvironment());
  if (config.DATABASE_URL === undefined)
    throw invalidConfiguration([
      "DATABASE_URL: names no server; the embedded database is brought up to date when the service starts",
    ]);
  // Two connections are taken for the queue: one holds its lock.
  const database = await openStored(config, {
    ...{ migrations: migrationsFolder, poolSize: 4, log },
  });
  try {
    const jobs = createJobs({ database, log, queues: [mediaSteps] });
    await jobs.start();
    await jobs.stop(0);
    return "The schema of the database and of its queue is up to date.";
  } finally {
    await database.close();
  }
});
