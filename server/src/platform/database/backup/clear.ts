import { CompiledQuery, sql } from "kysely";
import type { Sql } from "../sql.ts";

/**
 * Removes everything from schemas: tables, views, sequences, functions and types, but for what extensions brought. The
 * schema itself stays where it is `public`, which often belongs to somebody else.
 */
export async function clear(tx: Sql, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas) {
    if (schema !== "public") await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
    else for (const drop of await dropStatements(tx)) await tx.executeQuery(CompiledQuery.raw(drop));
  }
}

async function dropStatements(tx: Sql): Promise<readonly string[]> {
  const { rows } = await sql<{ drop: string }>`
    select drop from (
      -- With a table goes its own sequence, which cannot be dropped by itself.
      select case when c.relkind in ('r', 'p') then 1 else 2 end as step, c.oid, format('drop %s if exists public.%I cascade',
        case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
        c.relname) as drop
      from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select 3, p.oid, format('drop routine if exists %s cascade', p.oid::regprocedure)
      from pg_proc p where p.pronamespace = 'public'::regnamespace
      union all
      select 4, t.oid, format('drop type if exists public.%I cascade', t.typname)
      from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd', 'r')
    ) objects
    where not exists (select from pg_depend d where d.objid = objects.oid and d.deptype = 'e')
    order by step`.execute(tx);
  return rows.map(({ drop }) => drop);
}
