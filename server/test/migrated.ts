import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type Database, type DatabaseOptions, openDatabase } from "../src/platform/database/database.ts";
import { migrationsFolder } from "../src/stored.ts";
import { holdCompiledEngine } from "./compiled-engine.ts";
import { template } from "./templates.ts";

const quiet = {
  migrations: migrationsFolder,
  log: { info() {}, warn() {} },
  onFault(error: Error) {
    throw error;
  },
};

/** Opens a database with the service's schema: an embedded one that is new as a copy of one that was made before. */
export async function openWithSchema(
  place: Pick<DatabaseOptions, "url" | "dataDir" | "poolSize">,
): Promise<Database> {
  if (place.url === undefined) holdCompiledEngine();
  if (place.url === undefined && !existsSync(join(place.dataDir, "database"))) {
    const made = await template("embedded", async (dataDir) => {
      const database = await openDatabase({ ...quiet, url: undefined, dataDir, poolSize: 1 });
      await database.close();
    });
    if (made !== null) cpSync(join(made, "database"), join(place.dataDir, "database"), { recursive: true });
  }
  return await openDatabase({ ...quiet, ...place });
}
