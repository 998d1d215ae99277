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
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
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
    return { number, name, text, checksum: createHash("sha256").update(text).digest("hex") };
  });
}

/**
 * Brings the schema up to this program: each migration in a transaction of its own, under a lock, so that of several
 * processes that start together one applies it and the others wait.
 *
 * @returns the names of those applied by this call
 * @throws {AppError} when the schema is newer than the program, or an applied migration has been changed
 */
export async function migrate(
  transaction: Transact,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (;;) {
    const name = await transaction((tx) => applyNext(tx, migrations));
    if (name === undefined) return applied;
    applied.push(name);
  }
}

async function applyNext(tx: Transaction, migrations: readonly Migration[]): Promise<string | undefined> {
  // Waiting for another process's migration, and a migration itself, may take longer than a statement should.
  await sql`set local statement_timeout = 0`.execute(tx);
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx);
  const next = checkApplied(await readApplied(tx), migrations);
  if (next === undefined) return undefined;
  // Without parameters, so that a file can hold several statements.
  await tx.executeQuery(CompiledQuery.raw(next.text));
  await sql`insert into schema_migrations (number, name, checksum)
    values (${next.number}, ${next.name}, ${next.checksum})`.execute(tx);
  return next.name;
}

async function readApplied(tx: Sql): Promise<readonly Applied[]> {
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass('schema_migrations') is not null as there`.execute(tx);
  if (!found[0]?.there) {
    await sql`create table schema_migrations (
      number int primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`.execute(tx);
    return [];
  }
  const { rows } = await sql<Applied>`
    select number, name, checksum from schema_migrations order by number`.execute(tx);
  return rows;
}

/** @returns the first migration that has not been applied */
function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]): Migration | undefined {
  for (const { number, name, checksum } of applied) {
    const known = migrations[number - 1];
    if (!known) throw schemaNewer(name);
    if (known.checksum !== checksum) throw migrationChanged(known.name, name);
  }
  return migrations[applied.length];
}
