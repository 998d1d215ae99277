import type { Kysely, Transaction as KyselyTransaction } from "kysely";

/** Each room brings the tables it knows: `sql.withTables<{ batches: BatchesTable }>()`. */
export type NoTables = Record<never, never>;

/** Statements, over the database or over a transaction. */
export type Sql = Kysely<NoTables>;

/** Statements that take effect together. It ends with the function it was passed to. */
export type Transaction = KyselyTransaction<NoTables>;

interface TransactionOptions {
  /** `read committed` where nothing is said. */
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  readonly readOnly?: boolean;
  /**
   * How often the work may be begun when it loses against another transaction (a deadlock, or at the stricter levels a
   * conflict). 1 where nothing is said. More only for work that does nothing but SQL: it is run again from its start.
   */
  readonly attempts?: number;
}

export type Transact = <T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions) => Promise<T>;
