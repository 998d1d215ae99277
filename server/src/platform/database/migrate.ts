import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CompiledQuery, sql } from "kysely";
import { migrationChanged, schemaNewer } from "./migrate-errors.ts";
import type { Sql, Transact, Transaction } from "./sql.ts";

/** A step of the schema, forward only: `NNNN_name.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
  /**
   * Programs that know fewer migrations than this cannot work with what it leaves: `-- breaks programs before NNNN` in
   * its file. Null for one that only adds, which releases before it do not notice.
   */
  readonly breaksBefore: number | null;
}

type Applied = Omit<Migration, "text">;

/** What {@link migrate} found and did. */
export interface Migrated {
  /** Names of the migrations that this call has applied. */
  readonly applied: readonly string[];
  /** Names of those that a newer release has applied, and with which this program can work. */
  readonly unknown: readonly string[];
}

/** One lock for all processes of this service on a database; the number means nothing. */
const lockKey = 7_205_759_403;

/**
 * The migrations of a folder, in order.
 *
 * @throws {Error} when their numbers are not 1, 2, 3 …: two branches have added the same one
 */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  return names.map((file, index) => {
    const name = file.slice(0, -".sql".length);
    const number = Number(/^\d{4}(?=_[a-z0-9_]+$)/.exec(name)?.[0]);
    if (number !== index + 1) throw new Error(`${file} should be migration ${index + 1}, as NNNN_name.sql.`);
    // A checkout on Windows may have other line ends; it is the same migration.
    const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
    const breaks = /^-- breaks programs before (\d{4})\b/m.exec(text)?.[1];
    return {
      ...{ number, name, text, checksum: createHash("sha256").update(text).digest("hex") },
      breaksBefore: breaks === undefined ? null : Number(breaks),
    };
  });
}

/**
 * Brings the schema up to this program: each migration in a transaction of its own, under a lock, so that of several
 * processes that start together one applies it and the others wait.
 *
 * A release runs beside the one before it while processes are restarted one after the other: so a schema that a newer
 * program has added to is taken as it is.
 *
 * @throws {AppError} when a newer program has broken with this one, or an applied migration has been changed
 */
export async function migrate(transaction: Transact, migrations: readonly Migration[]): Promise<Migrated> {
  const names: string[] = [];
  for (;;) {
    const { applied, unknown } = await transaction((tx) => applyNext(tx, migrations));
    if (applied === undefined) return { applied: names, unknown };
    names.push(applied);
  }
}

/** What is left to be applied, by somebody else. @throws {AppError} as {@link migrate} does */
export async function readPending(sqlOf: Sql, migrations: readonly Migration[]) {
  const applied = await readApplied(sqlOf);
  return { ...checkApplied(applied, migrations), pending: migrations.slice(applied.length) };
}

interface Step {
  readonly applied: string | undefined;
  readonly unknown: readonly string[];
}

async function applyNext(tx: Transaction, migrations: readonly Migration[]): Promise<Step> {
  // Waiting for another process's migration, and a migration itself, may take longer than a statement should.
  await sql`set local statement_timeout = 0`.execute(tx);
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx);
  const known = await readApplied(tx);
  const { unknown } = checkApplied(known, migrations);
  const next = migrations[known.length];
  if (next === undefined) return { applied: undefined, unknown };
  await sql`create table if not exists schema_migrations (
    number int primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`.execute(tx);
  await sql`alter table schema_migrations add column if not exists breaks_before int`.execute(tx);
  // Without parameters, so that a file can hold several statements.
  await tx.executeQuery(CompiledQuery.raw(next.text));
  await sql`insert into schema_migrations (number, name, checksum, breaks_before)
    values (${next.number}, ${next.name}, ${next.checksum}, ${next.breaksBefore})`.execute(tx);
  return { applied: next.name, unknown };
}

async function readApplied(database: Sql): Promise<readonly Applied[]> {
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass('schema_migrations') is not null as there`.execute(database);
  if (!found[0]?.there) return [];
  // Read like this the column may be absent: it is younger than the table.
  const { rows } = await sql<Applied>`
    select number, name, checksum, (to_jsonb(each) ->> 'breaks_before')::int as "breaksBefore"
    from schema_migrations as each order by number`.execute(database);
  return rows;
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]) {
  const unknown = applied.slice(migrations.length);
  const broken = unknown.find(({ breaksBefore }) => (breaksBefore ?? 0) > migrations.length);
  if (broken) throw schemaNewer(broken.name);
  for (const [index, { name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (known && known.checksum !== checksum) throw migrationChanged(known.name, name);
  }
  return { unknown: unknown.map(({ name }) => name) };
}
