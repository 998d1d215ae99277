import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
} from "kysely";
import type { PoolClient, QueryResult as ServerResult } from "pg";
import { DatabaseUnavailable, TransactionEnded, translate } from "./errors.ts";
import { bindable } from "./values.ts";

/**
 * One connection, borrowed from the pool for a statement or a transaction. It takes no statement once its transaction
 * has ended: that would run in whatever the connection does next.
 */
export class Connection implements DatabaseConnection {
  readonly #client: PoolClient;
  readonly #idleTransactionMs: number;
  #refusal: Error | undefined;
  #broken = false;
  #failed = false;
  #released = false;
  #inTransaction = false;
  #watch: NodeJS.Timeout | undefined;
  readonly #onError = () => {
    this.#broken = true;
  };

  /** @param idleTransactionMs a transaction that does nothing for longer is rolled back */
  constructor(client: PoolClient, { idleTransactionMs }: { readonly idleTransactionMs: number }) {
    this.#client = client;
    this.#idleTransactionMs = idleTransactionMs;
    client.on("error", this.#onError);
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#refusal) throw this.#refusal;
    const values = bindable(query.parameters);
    clearTimeout(this.#watch);
    const answer = await this.#send(query.sql, values);
    this.#watchIdleTransaction();
    // Several statements without parameters are answered by several results: schema scripts look for the rows of any.
    return Array.isArray(answer)
      ? { rows: answer.flatMap((result: ServerResult) => result.rows) }
      : { rows: answer.rows, ...affected(answer) };
  }

  // biome-ignore lint/correctness/useYield: refused by its signature's own means
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error("Results are not streamed: read pages by key, or fetch from a cursor in a transaction.");
  }

  async begin(statement: string): Promise<void> {
    await this.#send(statement, []);
    this.#inTransaction = true;
    this.#watchIdleTransaction();
  }

  async commit(): Promise<void> {
    if (this.#refusal) throw this.#refusal;
    this.#end(new TransactionEnded("This transaction has ended."));
    const answer = await this.#send("commit", []);
    // COMMIT of a transaction in which a statement failed is answered with ROLLBACK and no error.
    if (!Array.isArray(answer) && answer.command === "ROLLBACK") throw new AbortedTransactionError();
  }

  /** Never rejects: there is an error already, and a connection that cannot roll back is thrown away. */
  async rollback(): Promise<void> {
    this.#end(new TransactionEnded("This transaction has ended."));
    if (this.#released) return;
    try {
      await this.#send("rollback", []);
      this.#failed = false;
    } catch {
      this.#broken = true;
    }
  }

  /** Back to the pool, outside any transaction. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#end(new TransactionEnded("This connection was given back."));
    // A script may have its own BEGIN and COMMIT. pg tells of a failure before it has heard whether that left a
    // transaction open.
    if (!this.#broken && (this.#failed || this.#client.getTransactionStatus() !== "I")) await this.rollback();
    if (this.#released) return;
    this.#released = true;
    this.#client.off("error", this.#onError);
    this.#client.release(this.#broken);
  }

  #end(refusal: Error): void {
    clearTimeout(this.#watch);
    this.#inTransaction = false;
    this.#refusal ??= refusal;
  }

  /** Embedded, everybody waits for the one transaction: one that was forgotten must not hold them for ever. */
  #watchIdleTransaction(): void {
    if (!this.#inTransaction) return;
    this.#watch = setTimeout(() => {
      const seconds = this.#idleTransactionMs / 1000;
      this.#end(new TransactionEnded(`This transaction did nothing for ${seconds} s and was rolled back.`));
      void this.release();
    }, this.#idleTransactionMs);
    this.#watch.unref();
  }

  async #send(text: string, values: unknown[]): Promise<ServerResult | ServerResult[]> {
    try {
      return await this.#client.query(text, values);
    } catch (error) {
      const meaning = translate(error);
      if (meaning instanceof DatabaseUnavailable) this.#broken = true;
      this.#failed = true;
      throw meaning;
    }
  }
}

function affected({ command, rowCount }: ServerResult): { numAffectedRows?: bigint } {
  return /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {};
}
