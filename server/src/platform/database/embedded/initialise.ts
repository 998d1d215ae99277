import { PGlite } from "@electric-sql/pglite";

/**
 * `node initialise.ts FOLDER` creates an empty database there.
 *
 * Without template0 and template1: nobody can connect to them to freeze their rows, so that after two thousand million
 * transactions PostgreSQL would refuse to write because of them. It also makes the folder a third as large.
 */
async function initialise(folder: string): Promise<void> {
  const lite = await PGlite.create(folder);
  await lite.exec("update pg_database set datistemplate = false where datname in ('template0', 'template1')");
  await lite.exec("drop database template0");
  await lite.exec("drop database template1");
  await lite.exec("vacuum (freeze, analyze)");
  await lite.close();
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("Usage: node initialise.ts FOLDER");
await initialise(folder);
