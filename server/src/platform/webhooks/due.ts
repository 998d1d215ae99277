import { type QueryExecutorProvider, sql } from "kysely";

/** Receivers with something due, and from when on the next look has to look, as the database writes it. */
export interface Due {
  readonly origins: readonly string[];
  readonly next: string;
}

/** What a look did not see, because it was not committed yet, is seen by one of the next. */
const next = sql`(now() - interval '5 seconds')::text as next`;

/** Receivers for which something has become due since. What was due before is not looked at, however much it is. */
export async function dueSince(database: QueryExecutorProvider, since: string): Promise<Due> {
  const { rows } = await sql<Due>`
    select ${next}, array(
      select distinct origin from webhook_deliveries
      where state = 'pending' and due_at > ${since}::timestamptz and due_at <= now()
    ) as origins
  `.execute(database);
  return oneRow(rows);
}

/**
 * Receivers that have anything due: for the start, and for what nobody was told about. One step of the index for each
 * receiver with something pending, so a hundred thousand deliveries to a dead one cost no more than one.
 */
export async function allDue(database: QueryExecutorProvider): Promise<Due> {
  const { rows } = await sql<Due>`
    with recursive receiver as (
      (
        select origin, due_at from webhook_deliveries where state = 'pending' order by origin, due_at limit 1
      ) union all
      select next.origin, next.due_at from receiver cross join lateral (
        select origin, due_at from webhook_deliveries as delivery
        where state = 'pending' and delivery.origin > receiver.origin
        order by delivery.origin, delivery.due_at limit 1
      ) as next
    )
    select ${next}, array(select origin from receiver where due_at <= now()) as origins
  `.execute(database);
  return oneRow(rows);
}

function oneRow(rows: readonly Due[]): Due {
  const [row] = rows;
  if (row === undefined) throw new Error("a select without from gave no row");
  return row;
}
