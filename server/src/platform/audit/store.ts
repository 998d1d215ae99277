import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import type { AuditCursor, AuditFilter, AuditRecord } from "./entry.ts";
import { storableText } from "./storable.ts";

/** What was made storable already; `details` is the text of JSON. */
interface Row {
  readonly actor: string;
  readonly method: string;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly details: string;
}

export async function insertEntry(database: QueryExecutorProvider, row: Row): Promise<void> {
  await sql`
    insert into audit_log (actor, method, address, request_id, action, target, details)
    values (${row.actor}, ${row.method}, ${row.address}, ${row.requestId}, ${row.action}, ${row.target},
      ${row.details}::text::jsonb)
  `.execute(database);
}

/** Newest first. */
export async function listEntries(
  database: QueryExecutorProvider,
  filter: AuditFilter,
  { limit, after }: { readonly limit: number; readonly after: AuditCursor | undefined },
): Promise<readonly AuditRecord[]> {
  const conditions = [
    ...matches(filter),
    ...(after ? [sql`(at, id) < (${after.at}::timestamptz, ${after.id}::bigint)`] : []),
  ];
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``;
  const { rows } = await sql<AuditRecord>`
    select id, at, actor, method, address, request_id as "requestId", action, target, details from audit_log
    ${where} order by at desc, id desc limit ${limit}
  `.execute(database);
  return rows;
}

/** Only what is asked for: each condition has its index, and "or not asked for" would hide it from the planner. */
function* matches({ action, target, actor, since, until }: AuditFilter): Generator<RawBuilder<unknown>> {
  if (action !== undefined) {
    const name = storableText(action);
    // "/" is the character after ".", so these are the names that begin with the action and a dot.
    yield sql`(action = ${name} or (action > ${`${name}.`} and action < ${`${name}/`}))`;
  }
  if (target !== undefined) yield sql`target = ${storableText(target)}`;
  if (actor !== undefined) yield sql`actor = ${storableText(actor)}`;
  if (since !== undefined) yield sql`at >= ${since}::timestamptz`;
  if (until !== undefined) yield sql`at < ${until}::timestamptz`;
}
