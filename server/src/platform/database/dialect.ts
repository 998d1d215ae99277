import {
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type TransactionSettings,
} from "kysely";
import type { Pool } from "pg";
import { Connection } from "./connection.ts";
import { DatabaseUnavailable } from "./errors.ts";
import type { Guard } from "./guard.ts";

export interface DialectOptions {
  /** Of one connection where the database is embedded; whoever waits for one gets it in the order of asking. */
  readonly pool: Pool;
  readonly guard: Guard;
  readonly idleTransactionMs: number;
}

/** Kysely over the pool: the one path that every statement takes, and where the guard stands. */
export function createDialect(options: DialectOptions): Dialect {
  return {
    createDriver: () => new PoolDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (database) => new PostgresIntrospector(database),
  };
}

class PoolDriver implements Driver {
  readonly #options: DialectOptions;

  constructor(options: DialectOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    const { pool, guard, idleTransactionMs } = this.#options;
    guard.assertOutside();
    // A new connection outlives the request in whose course it was opened, and so must not remember it.
    const client = await guard
      .outside(() => pool.connect())
      .catch((error: unknown) => {
        throw new DatabaseUnavailable(error);
      });
    return new Connection(client, { idleTransactionMs });
  }

  async beginTransaction(connection: Connection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : "";
    const access = settings.accessMode ? ` ${settings.accessMode}` : "";
    await connection.begin(`start transaction${isolation}${access}`);
  }

  commitTransaction = (connection: Connection): Promise<void> => connection.commit();
  rollbackTransaction = (connection: Connection): Promise<void> => connection.rollback();
  releaseConnection = (connection: Connection): Promise<void> => connection.release();

  /** The pool is closed by whoever opened it. */
  async destroy(): Promise<void> {}
}
