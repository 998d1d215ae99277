import { setTimeout as wait } from "node:timers/promises";
import { DatabaseUnavailable, sqlState } from "./errors.ts";
import { type Migrated, type Migration, readPending } from "./migrate.ts";
import { schemaOlder, schemaUnreadable } from "./migrate-errors.ts";
import type { Sql } from "./sql.ts";

export interface AwaitSchemaOptions {
  readonly log: { info(fields: object, message: string): void };
  /** Whether what else is made with the schema is there too. */
  readonly alsoThere?: (sql: Sql) => Promise<boolean>;
  readonly patienceMinutes?: number;
  readonly lookMs?: number;
}

/**
 * Waits until somebody else has brought the schema up to this program, and has let its role read it: processes may be
 * started together with what migrates. A database that is away meanwhile is waited for too.
 *
 * @throws {AppError} `schema_older` or `schema_unreadable` when nobody does, and as {@link readPending} does
 */
export async function awaitSchema(
  sql: Sql,
  migrations: readonly Migration[],
  { log, alsoThere = async () => true, patienceMinutes = 5, lookMs = 500 }: AwaitSchemaOptions,
): Promise<Migrated> {
  const until = performance.now() + patienceMinutes * 60_000;
  let told = false;
  for (;;) {
    const found = await look(sql, migrations, alsoThere);
    if ("unknown" in found) return { applied: [], unknown: found.unknown };
    if (performance.now() >= until) {
      if ("error" in found) throw schemaUnreadable(patienceMinutes, found.error);
      throw schemaOlder(found.missing[0] ?? "", patienceMinutes);
    }
    if (!told)
      log.info(
        "error" in found ? { err: found.error } : { missing: found.missing },
        "waiting for the schema",
      );
    told = true;
    await wait(lookMs);
  }
}

const permissionDenied = "42501";

async function look(
  sql: Sql,
  migrations: readonly Migration[],
  alsoThere: (sql: Sql) => Promise<boolean>,
): Promise<{ unknown: readonly string[] } | { missing: readonly string[] } | { error: unknown }> {
  try {
    const { pending, unknown } = await readPending(sql, migrations);
    if (pending.length > 0) return { missing: pending.map(({ name }) => name) };
    return (await alsoThere(sql)) ? { unknown } : { missing: ["the queue"] };
  } catch (error) {
    if (error instanceof DatabaseUnavailable || sqlState(error) === permissionDenied) return { error };
    throw error;
  }
}
