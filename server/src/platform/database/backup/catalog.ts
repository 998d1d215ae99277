import { sql } from "kysely";
import type { Sql } from "../sql.ts";

export interface Table {
  /** Qualified and quoted. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Written by the migrations, and by processes that will not be there. */
const ownRecords = ["public.schema_migrations", "public.processes"];

/** The tables of schemas, without partitions and generated columns; those that others refer to come first. */
export async function readTables(database: Sql, schemas: readonly string[]): Promise<readonly Table[]> {
  const { rows } = await sql<Table & { refersTo: readonly string[] }>`
    select
      format('%I.%I', n.nspname, c.relname) as name,
      (
        select json_agg(json_build_object(
          'name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      ) as columns,
      coalesce((
        select array_agg(format('%I.%I', fn.nspname, f.relname))
        from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
      ), '{}') as "refersTo"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${schemas}::text[]) and c.relkind in ('r', 'p') and not c.relispartition
    order by 1`.execute(database);
  return sortByReference(rows.filter(({ name }) => !ownRecords.includes(name)));
}

function sortByReference(tables: readonly (Table & { refersTo: readonly string[] })[]): readonly Table[] {
  const sorted = new Map<string, Table>();
  const rest = new Map(tables.map((table) => [table.name, table]));
  while (rest.size > 0) {
    const free = [...rest.values()].filter(({ refersTo }) => !refersTo.some((name) => rest.has(name)));
    if (free.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...rest.keys()]}`);
    for (const { name, columns } of free) {
      sorted.set(name, { name, columns });
      rest.delete(name);
    }
  }
  return [...sorted.values()];
}

/** Where the sequences of schemas stand; those that were never used are left out. */
export async function readSequences(database: Sql, schemas: readonly string[]) {
  const { rows } = await sql<{ name: string; last_value: string }>`
    select format('%I.%I', schemaname, sequencename) as name, last_value::text
    from pg_sequences where schemaname = any(${schemas}::text[]) and last_value is not null
    order by 1`.execute(database);
  return rows;
}

export async function schemaExists(database: Sql, name: string): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${name}`.execute(database);
  return rows.length > 0;
}
