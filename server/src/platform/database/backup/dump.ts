import { CompiledQuery, sql } from "kysely";
import type { Database } from "../database.ts";
import type { Sql } from "../sql.ts";
import { readSequences, readTables, schemaExists, type Table } from "./catalog.ts";
import { type ForeignSchema, formatVersion, type Header } from "./format.ts";

/** Rows of a table that are held at once; the largest are chunks with thousands of inputs. */
const rowsAtOnce = 200;

/**
 * Writes the whole database as it was at one moment.
 *
 * @param write takes some lines, each with its end; it is waited for
 */
export async function dump(
  database: Database,
  foreign: readonly ForeignSchema[],
  now: Date,
  write: (lines: string) => Promise<void>,
): Promise<{ readonly tables: number; readonly rows: number }> {
  const snapshot = { isolation: "repeatable read", readOnly: true } as const;
  return database.transaction(async (tx) => {
    const found = await readForeign(tx, foreign);
    const schemas = ["public", ...Object.keys(found)];
    const tables = await readTables(tx, schemas);
    const { rows: migrations } = await sql<Header["migrations"][number]>`
      select number, name, checksum from schema_migrations order by number`.execute(tx);
    const header: Header = {
      format: "fovea-backup",
      version: formatVersion,
      created_at: now.toISOString(),
      migrations,
      foreign: found,
      tables: tables.map(({ name }) => name),
      sequences: await readSequences(tx, schemas),
    };
    await write(line(header));
    let rows = 0;
    for (const table of tables) rows += await dumpTable(tx, table, write);
    await write(line({ end: true }));
    return { tables: tables.length, rows };
  }, snapshot);
}

async function dumpTable(tx: Sql, table: Table, write: (lines: string) => Promise<void>): Promise<number> {
  await write(line({ table: table.name, columns: table.columns.map(({ name }) => name) }));
  const values = table.columns.map(({ name }) => `${name}::text`).join(", ");
  const run = <Row>(statement: string) => tx.executeQuery<Row>(CompiledQuery.raw(statement));
  await run(
    `declare dump no scroll cursor for select array_to_json(array[${values}]::text[])::text as line from ${table.name}`,
  );
  let count = 0;
  for (;;) {
    const { rows } = await run<{ line: string }>(`fetch ${rowsAtOnce} from dump`);
    if (rows.length === 0) break;
    count += rows.length;
    await write(rows.map((row) => `${row.line}\n`).join(""));
  }
  await run("close dump");
  await write(line({ rows: count }));
  return count;
}

async function readForeign(tx: Sql, foreign: readonly ForeignSchema[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, versionQuery } of foreign) {
    if (!(await schemaExists(tx, name))) continue;
    const { rows } = await tx.executeQuery<{ version: number }>(CompiledQuery.raw(versionQuery));
    if (rows[0]) found[name] = rows[0].version;
  }
  return found;
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`;
