import { CompiledQuery } from "kysely";
import type { Sql } from "../sql.ts";
import type { Table } from "./catalog.ts";
import type { Row } from "./format.ts";

const rowsAtOnce = 1000;
/** Characters, about. */
const textAtOnce = 4_000_000;

/** Inserts rows of PostgreSQL's text form into a table, many at once. */
export function createInserter(tx: Sql, { name, columns }: Table) {
  const values = columns.map((column, index) => `c${index}::${column.type}`).join(", ");
  const arrays = columns.map((_column, index) => `$${index + 1}::text[]`).join(", ");
  const names = columns.map((_column, index) => `c${index}`).join(", ");
  const statement =
    `insert into ${name} (${columns.map((column) => column.name).join(", ")}) overriding system value ` +
    `select ${values} from unnest(${arrays}) as rows (${names})`;
  let rows: Row[] = [];
  let size = 0;

  const flush = async () => {
    if (rows.length === 0) return;
    const held = rows;
    rows = [];
    size = 0;
    const parameters = columns.map((_column, index) => held.map((row) => row[index] ?? null));
    await tx.executeQuery(CompiledQuery.raw(statement, parameters));
  };
  return {
    flush,
    async add(row: Row) {
      rows.push(row);
      for (const value of row) size += value?.length ?? 4;
      if (rows.length >= rowsAtOnce || size >= textAtOnce) await flush();
    },
  };
}
