import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import { shownAddress } from "./address.ts";
import type { Attempt, Delivery, DeliveryDetails, DeliveryState } from "./delivery.ts";

export interface DeliveryFilter {
  readonly topic?: string;
  readonly owner?: string;
  readonly state?: DeliveryState;
  readonly event?: string;
  /** Created then or later. */
  readonly since?: Date;
  /** Whole, or as it is shown: without its credentials and query, which are not compared. */
  readonly url?: string;
}

export interface DeliveryPage {
  readonly limit: number;
  /** The last delivery of the page before; it may be gone by now. */
  readonly after?: Pick<Delivery, "createdAt" | "id">;
}

interface Row extends Omit<Delivery, "log" | "lastAttempt"> {
  readonly log: readonly StoredAttempt[];
}

/** As JSON has it. */
type StoredAttempt = Omit<Attempt, "begunAt"> & { readonly begunAt: string };

const attemptOf = ({ begunAt, ...rest }: StoredAttempt): Attempt => ({
  ...rest,
  begunAt: new Date(begunAt),
});

const attemptJson = sql`json_build_object(
  'number', number, 'begunAt', begun_at, 'tookMs', took_ms, 'delivered', delivered, 'status', status, 'code', code,
  'reason', reason, 'excerpt', excerpt
)`;

/** Of one that is delivered again and again the log grows; what is long past is nobody's question. */
const newestAttempts = { inList: 10, ofOne: 100 };

const columns = (attempts: number) => sql`
  id, topic, owner, event, shown_url as url, state, attempts, begun_at is not null as attempting,
  case when state = 'pending' and begun_at is null then due_at end as "nextAttemptAt",
  created_at as "createdAt", ended_at as "endedAt",
  coalesce((
    select json_agg(${attemptJson} order by number) from (
      select * from webhook_attempts where delivery_id = delivery.id order by number desc limit ${attempts}
    ) as newest
  ), '[]') as log`;

/** Newest first. */
export async function listDeliveries(
  database: QueryExecutorProvider,
  filter: DeliveryFilter,
  { limit, after }: DeliveryPage,
): Promise<readonly Delivery[]> {
  const conditions = [
    ...conditionsOf(filter),
    ...(after ? [sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id})`] : []),
  ];
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``;
  const { rows } = await sql<Row>`
    select ${columns(newestAttempts.inList)} from webhook_deliveries as delivery
    ${where} order by created_at desc, id desc limit ${limit}
  `.execute(database);
  return rows.map(deliveryOf);
}

/** Only what is asked for: "or not asked for" would hide the indexes from the planner. */
function* conditionsOf({
  topic,
  owner,
  state,
  event,
  since,
  url,
}: DeliveryFilter): Generator<RawBuilder<unknown>> {
  if (topic !== undefined) yield sql`topic = ${topic}`;
  if (owner !== undefined) yield sql`owner = ${owner}`;
  if (state !== undefined) yield sql`state = ${state}`;
  if (event !== undefined) yield sql`event = ${event}`;
  if (since !== undefined) yield sql`created_at >= ${since}::timestamptz`;
  if (url !== undefined) yield sql`shown_url = ${shownAddress(url)}`;
}

export async function readDelivery(
  database: QueryExecutorProvider,
  id: string,
): Promise<DeliveryDetails | undefined> {
  const { rows } = await sql<Row & { readonly body: string }>`
    select ${columns(newestAttempts.ofOne)}, body from webhook_deliveries as delivery where id = ${id}
  `.execute(database);
  const [row] = rows;
  return row && deliveryOf(row);
}

function deliveryOf<Read extends Row>({ log: stored, ...row }: Read) {
  const log = stored.map(attemptOf);
  return { ...row, log, lastAttempt: log.at(-1) ?? null };
}

/** A URL that answered 410. */
export interface DisabledUrl {
  readonly url: string;
  readonly since: Date;
  readonly deliveryId: string;
  readonly reason: string;
}

/** The newest first. */
export async function listDisabled(
  database: QueryExecutorProvider,
  limit: number,
): Promise<readonly DisabledUrl[]> {
  const { rows } = await sql<DisabledUrl>`
    select shown_url as url, since, delivery_id as "deliveryId", reason from webhook_disabled
    order by since desc, url limit ${limit}
  `.execute(database);
  return rows;
}
