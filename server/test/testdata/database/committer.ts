import { sql } from "kysely";
import { openDatabase } from "../../../src/platform/database/database.ts";

/**
 * Commits one transaction after the other until it is killed: 20 rows and a counter each. It says the number of each
 * one that was acknowledged.
 */
const [dataDir = "", url] = process.argv.slice(2);

// Else a write beyond the limit of `ulimit -f`, which stands for a full disk, would end the process by this signal.
process.on("SIGXFSZ", () => {});

const database = await openDatabase({
  url: url || undefined,
  dataDir,
  poolSize: 2,
  migrations: undefined,
  log: { info() {}, warn() {} },
  onFault(error) {
    console.log(`fault: ${error.message}`);
  },
});
await sql`create table if not exists items (turn int, position int, text text, primary key (turn, position))`.execute(
  database.sql,
);
await sql`create table if not exists counter (turns int not null)`.execute(database.sql);
await sql`insert into counter select 0 where not exists (select from counter)`.execute(database.sql);
const { rows } = await sql<{ turns: number }>`select turns from counter`.execute(database.sql);
console.log("open");
try {
  for (let turn = (rows[0]?.turns ?? 0) + 1; ; turn += 1) {
    await database.transaction(async (tx) => {
      await sql`insert into items select ${turn}, n, repeat('x', 100) from generate_series(1, 20) n`.execute(tx);
      await sql`update counter set turns = turns + 1`.execute(tx);
    });
    console.log(`committed ${turn}`);
  }
} catch (error) {
  console.log(`failed: ${(error as Error).name} ${(error as { code?: string }).code}`);
  await database.check().catch((unavailable: Error) => console.log(`check: ${unavailable.message}`));
  await database.close();
  console.log("closed");
}
