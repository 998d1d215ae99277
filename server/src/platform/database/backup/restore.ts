import { CompiledQuery, sql } from "kysely";
import type { z } from "zod";
import type { Database } from "../database.ts";
import { type Migration, migrate } from "../migrate.ts";
import { migrationChanged, schemaNewer } from "../migrate-errors.ts";
import type { Sql, Transact } from "../sql.ts";
import { readTables, schemaExists, type Table } from "./catalog.ts";
import { clear } from "./clear.ts";
import { backupNewer, dataThere, notABackup, serviceRuns } from "./errors.ts";
import {
  end,
  type ForeignSchema,
  formatVersion,
  type Header,
  header,
  row,
  tableEnd,
  tableStart,
} from "./format.ts";
import { createInserter } from "./insert.ts";

export interface RestoreOptions {
  readonly migrations: readonly Migration[];
  readonly foreign: readonly ForeignSchema[];
  /** Replaces what is there. */
  readonly force: boolean;
}

export interface Restored {
  readonly createdAt: string;
  readonly tables: number;
  readonly rows: number;
  /** Schemas of libraries that were left out: this program has another version of them. */
  readonly leftOut: readonly string[];
}

/**
 * Replaces the whole database by a backup, of this release or an older one, from either engine. All of it or nothing.
 *
 * @throws {AppError} `not_a_backup`, `backup_newer`, `schema_newer`, `migration_changed`, `data_there` without `force`,
 *   `service_runs`
 */
export async function restore(
  database: Database,
  lines: AsyncIterable<string>,
  options: RestoreOptions,
): Promise<Restored> {
  const reader = lines[Symbol.asyncIterator]();
  const next = async <T>(schema: z.ZodType<T>): Promise<T> => {
    const line = await reader.next();
    return parse(schema, line.done ? "" : line.value);
  };
  const head = await next(header);
  if (head.version > formatVersion) throw backupNewer(head.version);
  checkMigrations(head, options.migrations);

  return database.transaction(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    const schemas = ["public", ...options.foreign.map(({ name }) => name)];
    await assertAlone(tx);
    if (!options.force) await assertEmpty(tx, schemas);
    await clear(tx, schemas);

    const here: Transact = (work) => work(tx);
    await migrate(here, options.migrations.slice(0, head.migrations.length));
    const leftOut = await createForeign(tx, head, options.foreign);
    const wanted = head.tables.filter((name) => !leftOut.some((schema) => name.startsWith(`${schema}.`)));
    const tables = new Map((await readTables(tx, schemas)).map((table) => [table.name, table]));
    // What the migrations and libraries have put there.
    if (wanted.length > 0) await tx.executeQuery(CompiledQuery.raw(`truncate ${wanted.join(", ")}`));

    let rows = 0;
    for (const name of head.tables) {
      const start = await next(tableStart);
      if (start.table !== name) throw notABackup();
      const target = wanted.includes(name) ? columnsOf(tables.get(name), start.columns) : undefined;
      const inserter = target && createInserter(tx, target);
      let count = 0;
      for (;;) {
        const line = await reader.next();
        if (line.done) throw notABackup();
        if (!line.value.startsWith("[")) {
          if (parse(tableEnd, line.value).rows !== count) throw notABackup();
          break;
        }
        count += 1;
        await inserter?.add(parse(row, line.value));
      }
      await inserter?.flush();
      if (inserter) rows += count;
    }
    await next(end);
    for (const { name, last_value } of head.sequences)
      if (!leftOut.some((schema) => name.startsWith(`${schema}.`)))
        await sql`select setval(${name}::regclass, ${last_value}::int8)`.execute(tx);
    await migrate(here, options.migrations);
    return { createdAt: head.created_at, tables: wanted.length, rows, leftOut };
  });
}

function parse<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw notABackup(error);
  }
}

/** The rows belong to the schema that these migrations made. */
function checkMigrations(head: Header, migrations: readonly Migration[]): void {
  for (const { number, name, checksum } of head.migrations) {
    const known = migrations[number - 1];
    if (!known) throw schemaNewer(name);
    if (known.checksum !== checksum) throw migrationChanged(known.name, name);
  }
}

/** Another process would go on writing what it knows of the database before. */
async function assertAlone(tx: Sql): Promise<void> {
  const { rows } = await sql<{ others: number }>`
    select count(*) as others from pg_stat_activity
    where datname = current_database() and application_name = 'fovea' and pid <> pg_backend_pid()`.execute(
    tx,
  );
  const others = rows[0]?.others ?? 0;
  if (others > 0) throw serviceRuns(others);
}

async function assertEmpty(tx: Sql, schemas: readonly string[]): Promise<void> {
  const filled: string[] = [];
  for (const { name } of await readTables(tx, schemas)) {
    if (name === "public.installation" || /\.(version|queue)$/.test(name)) continue;
    const { rows } = await tx.executeQuery(CompiledQuery.raw(`select 1 from ${name} limit 1`));
    if (rows.length > 0) filled.push(name);
  }
  if (filled.length > 0) throw dataThere(filled);
}

async function createForeign(tx: Sql, head: Header, foreign: readonly ForeignSchema[]): Promise<string[]> {
  const leftOut: string[] = [];
  for (const [name, version] of Object.entries(head.foreign)) {
    const known = foreign.find((schema) => schema.name === name);
    if (known?.version !== version) leftOut.push(name);
    else if (!(await schemaExists(tx, name))) await tx.executeQuery(CompiledQuery.raw(known.create));
  }
  return leftOut;
}

function columnsOf(table: Table | undefined, columns: readonly string[]): Table {
  const found = columns.map((name) => table?.columns.find((column) => column.name === name));
  if (!table || found.includes(undefined)) throw notABackup();
  return { name: table.name, columns: found.filter((column) => column !== undefined) };
}
