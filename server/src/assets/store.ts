import { type QueryExecutorProvider, sql } from "kysely";
import type { Asset, NewAsset } from "./asset.ts";

export async function insertAssets(
  database: QueryExecutorProvider,
  assets: readonly NewAsset[],
): Promise<void> {
  if (assets.length === 0) return;
  const rows = assets.map(
    ({ id, owner, feature, name, contentType, width, height, stored, createdAt, expiresAt }) =>
      sql`(
        ${id}::uuid, ${owner}, ${feature}, ${name}, ${contentType}, ${width}::integer, ${height}::integer,
        ${stored.size}::bigint, ${stored.sha256}, ${createdAt}::timestamptz, ${expiresAt}::timestamptz
      )`,
  );
  await sql`
    insert into assets (
      id, owner, feature, name, content_type, width, height, size, sha256, created_at, expires_at
    ) values ${sql.join(rows)}
    on conflict do nothing
  `.execute(database);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Has expired, whether its bytes are gone yet or not. */
const isExpired = (now: Date) =>
  sql`(removed_at is not null or coalesce(expires_at <= ${now}::timestamptz, false))`;

/** By id; what is no UUID is not there either. */
export async function findAssets(
  database: QueryExecutorProvider,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Asset>> {
  const wanted = ids.filter((id) => uuid.test(id));
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<Asset>`
    select
      id, owner, feature, name, content_type as "contentType", width, height, size, sha256,
      created_at as "createdAt", expires_at as "expiresAt",
      case when ${isExpired(now)} then 'expired' else 'kept' end as state
    from assets
    where id = any(${wanted}::uuid[]) and removed_for is distinct from 'deleted'
  `.execute(database);
  return new Map(rows.map((asset) => [asset.id, asset]));
}

/** The one of this name that can be had. */
export async function findNamedAsset(
  database: QueryExecutorProvider,
  name: string,
  now: Date,
): Promise<Asset | null> {
  const { rows } = await sql<{ id: string }>`select id from assets where name = ${name}`.execute(database);
  const [row] = rows;
  return row ? ((await findAssets(database, [row.id], now)).get(row.id) ?? null) : null;
}

/** Moves its end later, never sooner. @returns false where there is none that can still be had */
export async function keepAsset(
  database: QueryExecutorProvider,
  id: string,
  { until, now }: { readonly until: Date | null; readonly now: Date },
): Promise<boolean> {
  if (!uuid.test(id)) return false;
  const { rows } = await sql`
    update assets set expires_at = case
      when expires_at is null or ${until}::timestamptz is null then null
      else greatest(expires_at, ${until}::timestamptz)
    end
    where id = ${id}::uuid and not ${isExpired(now)}
    returning 1
  `.execute(database);
  return rows.length > 0;
}

/** Where the bytes of an asset are, and whose others are made from them. */
export interface Stored {
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
}

/** From now on nobody finds it. @returns null where there was none */
export async function markDeleted(
  database: QueryExecutorProvider,
  id: string,
  now: Date,
): Promise<Stored | null> {
  const [marked] = uuid.test(id) ? await markAllDeleted(database, [id], now) : [];
  return marked ?? null;
}

/** The same of several. @param ids UUIDs @returns those that there were */
export async function markAllDeleted(
  database: QueryExecutorProvider,
  ids: readonly string[],
  now: Date,
): Promise<readonly Stored[]> {
  const { rows } = await sql<Stored>`
    update assets set removed_at = ${now}, removed_for = 'deleted'
    where id = any(${ids}::uuid[]) and removed_for is distinct from 'deleted'
    returning id, name, sha256
  `.execute(database);
  return rows;
}

/** What has expired and still has its bytes, as far as anybody knows: the first ones behind `after`. */
export async function listExpired(
  database: QueryExecutorProvider,
  { now, after, limit }: { readonly now: Date; readonly after: ExpiredAsset | null; readonly limit: number },
): Promise<readonly ExpiredAsset[]> {
  const behind = after
    ? sql`and (expires_at, id) > (${after.expiresAt}::timestamptz, ${after.id}::uuid)`
    : sql``;
  const { rows } = await sql<ExpiredAsset>`
    select id, name, sha256, expires_at as "expiresAt" from assets
    where removed_at is null and expires_at <= ${now} ${behind}
    order by expires_at, id limit ${limit}
  `.execute(database);
  return rows;
}

export interface ExpiredAsset extends Stored {
  readonly expiresAt: Date;
}

/** Deleted ones whose row is still there: who removes them died, or is at it. */
export async function listDeleted(
  database: QueryExecutorProvider,
  { after, limit }: { readonly after: Stored | null; readonly limit: number },
): Promise<readonly Stored[]> {
  const { rows } = await sql<Stored>`
    select id, name, sha256 from assets
    where removed_for = 'deleted' ${after ? sql`and id > ${after.id}::uuid` : sql``}
    order by id limit ${limit}
  `.execute(database);
  return rows;
}

/** Their bytes are gone. @returns how many were not marked yet */
export async function markExpired(
  database: QueryExecutorProvider,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rows } = await sql`
    update assets set removed_at = ${now}, removed_for = 'expired'
    where id = any(${ids}::uuid[]) and removed_at is null
    returning 1
  `.execute(database);
  return rows.length;
}

/** @returns how many rows went */
export async function deleteRows(database: QueryExecutorProvider, ids: readonly string[]): Promise<number> {
  const { rows } = await sql`
    delete from assets where id = any(${ids}::uuid[]) and removed_for = 'deleted' returning 1
  `.execute(database);
  return rows.length;
}

/** Rows of what expired long ago. @returns how many went */
export async function forgetExpired(
  database: QueryExecutorProvider,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<number> {
  const { rows } = await sql`
    delete from assets where id in (
      select id from assets where removed_for = 'expired' and removed_at < ${before}
      order by removed_at, id limit ${limit} for update skip locked
    )
    returning 1
  `.execute(database);
  return rows.length;
}

/** Whether any asset that can still be had has these bytes. */
export async function isContentKept(
  database: QueryExecutorProvider,
  sha256: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from assets
    where sha256 = ${sha256} and removed_at is null and (expires_at is null or expires_at > ${now})
    limit 1
  `.execute(database);
  return rows.length > 0;
}
