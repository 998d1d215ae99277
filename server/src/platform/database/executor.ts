import { CompiledQuery, type Kysely } from "kysely";

/** Text and values in, rows out: what libraries that bring their own SQL ask for, pg-boss among them. */
export interface SqlExecutor {
  // biome-ignore lint/suspicious/noExplicitAny: the shape that pg-boss declares; each of its statements knows its rows
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/**
 * The same path for a library: over the database each call is a statement (or a script) of its own, over a transaction
 * it is part of that.
 */
// biome-ignore lint/suspicious/noExplicitAny: any tables; Kysely is invariant in them
export function sqlExecutor(sql: Kysely<any>): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      const { rows } = await sql.executeQuery(CompiledQuery.raw(text, values));
      return { rows };
    },
  };
}
