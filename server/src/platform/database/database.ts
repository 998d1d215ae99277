import { Kysely } from "kysely";
import type { Pool } from "pg";
import { type AwaitSchemaOptions, awaitSchema } from "./await-schema.ts";
import { createDialect } from "./dialect.ts";
import { repeat, startMaintenance } from "./embedded/maintenance.ts";
import { openEmbedded } from "./embedded/open.ts";
import { templateCache } from "./embedded/template.ts";
import { createGuard, type Guard } from "./guard.ts";
import type { Listen } from "./listeners.ts";
import { migrate, readMigrations } from "./migrate.ts";
import type { OpenedEngine } from "./opened.ts";
import { openPostgresql } from "./postgresql/open.ts";
import type { NoTables, Sql, Transact } from "./sql.ts";
import { createTransact } from "./transact.ts";

export interface DatabaseOptions {
  /** `postgres://…`; undefined = the embedded one in `dataDir`. */
  readonly url: string | undefined;
  /** Where notifications are heard: the same database without a pooler in between; `url` where nothing is said. */
  readonly listenUrl?: string | undefined;
  readonly dataDir: string;
  /** Connections to PostgreSQL; embedded there is one. */
  readonly poolSize: number;
  /** Folder of the migrations that this program needs; undefined = the schema is left as it is, and not looked at. */
  readonly migrations: string | undefined;
  /** Whether they are applied, which is usual, or somebody else does that and is waited for. */
  readonly whoMigrates?: "this process" | "another one";
  /** Whether what another one makes with them is there, as {@link AwaitSchemaOptions} has it. */
  readonly alsoThere?: AwaitSchemaOptions["alsoThere"];
  readonly log: DatabaseLog;
  /**
   * The embedded engine ended by itself (no memory, a full disk). Nothing works from here on: end the process, and the
   * next start recovers everything that was acknowledged.
   */
  readonly onFault: (error: Error) => void;
  /** A transaction that does nothing for longer is rolled back; 60 s where nothing is said. */
  readonly idleTransactionMs?: number;
}

interface DatabaseLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** PostgreSQL, embedded or a server: the same SQL, the same values (`values.ts`), the same errors (`errors.ts`). */
export interface Database {
  readonly engine: "embedded" | "postgresql";
  /** Statements, each on its own. Inside {@link Database.transaction} it throws: use what that passes in. */
  readonly sql: Sql;
  /**
   * Runs statements that take effect together: all when `work` resolves, none when it throws. No waiting for the
   * network inside: embedded, everybody else waits meanwhile.
   *
   * @throws {DatabaseUnavailable} when the connection is lost; if that was during the commit it may have taken effect
   */
  readonly transaction: Transact;
  /** Hears `notify` on a channel, also of other processes; after a lost connection it goes on by itself. */
  readonly listen: Listen;
  /** How many connections this process has, and who waits for one. */
  connections(): Connections;
  /** @throws {DatabaseUnavailable} when statements have no chance at the moment */
  check(): Promise<void>;
  /** Lets what is under way end, and shuts down. It may be called again. */
  close(): Promise<void>;
}

interface Connections {
  readonly used: number;
  readonly idle: number;
  /** That there may be. */
  readonly most: number;
  /** Statements and transactions that wait for one. */
  readonly waiting: number;
}

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws {AppError} that says what to do: folder in use or of another version, server out of reach or too old, schema
 *   newer than this program
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, log, migrations, alsoThere, idleTransactionMs = 60_000 } = options;
  const guard = createGuard();
  const opened = await openEngine(options, guard);
  const dialect = createDialect({ pool: opened.pool, guard, idleTransactionMs });
  const sql = new Kysely<NoTables>({ dialect });
  const transaction = createTransact(sql, guard);
  const close = async () => {
    await drain(opened.pool);
    await opened.close();
  };
  try {
    if (migrations !== undefined) {
      const needed = readMigrations(migrations);
      const { applied, unknown } =
        options.whoMigrates === "another one"
          ? await awaitSchema(sql, needed, { log, ...(alsoThere && { alsoThere }) })
          : await migrate(transaction, needed);
      if (applied.length > 0) log.info({ migrations: applied }, "schema migrated");
      if (unknown.length > 0)
        log.warn(
          { migrations: unknown },
          "a newer release has migrated the schema; this one can work with it",
        );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const stopMaintenance =
    url === undefined
      ? startMaintenance(sql, repeat, (error) =>
          log.warn({ err: error }, "maintenance of the database failed"),
        )
      : async () => {};
  let closed: Promise<void> | undefined;
  return {
    engine: url === undefined ? "embedded" : "postgresql",
    sql,
    transaction,
    listen: opened.listen,
    connections() {
      const { totalCount, idleCount, waitingCount, options: pool } = opened.pool;
      return { used: totalCount - idleCount, idle: idleCount, most: pool.max, waiting: waitingCount };
    },
    check: opened.check,
    close: () => (closed ??= stopMaintenance().then(close)),
  };
}

function openEngine(options: DatabaseOptions, guard: Guard): Promise<OpenedEngine> {
  const { url, listenUrl, dataDir, poolSize, log, onFault } = options;
  if (url === undefined)
    return openEmbedded({ dataDir, guard, onFault, templateCache, now: () => new Date() });
  const onLoss = (error: unknown) => log.warn({ err: error }, "a connection to the database was lost");
  return openPostgresql({ url, listenUrl, poolSize, guard, onLoss });
}

/** The pool forgets whoever waits when it ends; they asked before us, so once we have a connection they had theirs. */
async function drain(pool: Pool): Promise<void> {
  await pool.connect().then(
    (client) => client.release(),
    () => {},
  );
  await pool.end();
}
