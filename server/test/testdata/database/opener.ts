import { openDatabase } from "../../../src/platform/database/database.ts";

/** Opens the embedded database of a folder, says how that went in one line, and holds it until it is killed. */
const [dataDir = ""] = process.argv.slice(2);
try {
  await openDatabase({
    url: undefined,
    dataDir,
    poolSize: 1,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault(error) {
      console.log(`fault: ${error.message}`);
      process.exit(1);
    },
  });
  console.log("open");
} catch (error) {
  console.log(`refused: ${(error as Error).message}`);
}
