import { type QueryExecutorProvider, sql } from "kysely";
import type { Json } from "../../engine/kind.ts";
import type { IconFormat } from "./choices.ts";

/** An icon that was made or is being made, as it is stored. */
export interface StoredIcon {
  readonly id: string;
  readonly owner: string;
  readonly category: string;
  readonly state: "making" | "ready";
  readonly facts: IconFacts;
  /** Milliseconds; null until it is there. */
  readonly madeMs: number | null;
  /** The batch in which it could not be made. */
  readonly failedFor: string | null;
  readonly begunAt: Date;
  readonly files: readonly IconFileRow[];
}

/** What is told of an icon, in the words of the API. */
export type IconFacts = { readonly [key: string]: Json };

/** One of an icon's files. */
export interface IconFileRow {
  readonly assetId: string;
  /** Below `/api/images/`. */
  readonly name: string;
  readonly format: IconFormat;
  /** Pixels of its sides, as {@link sidesText} writes them. */
  readonly sides: string;
  /** Bytes. */
  readonly size: number;
}

/** @param sides none for the icon as it was made */
export const sidesText = (sides: readonly number[]): string => sides.join("-");

export interface IconKey {
  readonly owner: string;
  /** As `cacheKey` makes it. */
  readonly cacheKey: string;
}

const columns = sql`
  id, owner, category, state, facts, made_ms as "madeMs", failed_for as "failedFor", begun_at as "begunAt",
  coalesce((
    select json_agg(json_build_object(
      'assetId', asset_id, 'name', name, 'format', format, 'sides', sides, 'size', size
    ) order by created_at, name)
    from icon_files where icon_id = icons.id
  ), '[]'::json) as files`;

/** One whose time is over is not there any more, and neither is one of which a file is gone. */
export async function findIcon(
  database: QueryExecutorProvider,
  { owner, cacheKey }: IconKey,
  now: Date,
): Promise<StoredIcon | null> {
  const { rows } = await sql<StoredIcon>`
    select ${columns} from icons
    where owner = ${owner} and cache_key = ${cacheKey} and (expires_at is null or expires_at > ${now})
  `.execute(database);
  return rows[0] ?? null;
}

/** The icon of these words, begun if it was not. One whose time is over must have been removed. */
export async function beginIcon(
  database: QueryExecutorProvider,
  icon: IconKey & Pick<StoredIcon, "id" | "category" | "facts" | "begunAt">,
): Promise<StoredIcon> {
  const { id, owner, cacheKey, category, facts, begunAt } = icon;
  const { rows } = await sql<StoredIcon>`
    insert into icons (id, owner, cache_key, category, state, facts, begun_at)
    values (${id}, ${owner}, ${cacheKey}, ${category}, 'making', ${JSON.stringify(facts)}::text::json, ${begunAt})
    on conflict (owner, cache_key) do update set owner = excluded.owner
    returning ${columns}
  `.execute(database);
  const [row] = rows;
  if (!row) throw new Error("an icon was begun and is not there");
  return row;
}

/** The one of these words, if its time is over: another one takes its place. Its files go by themselves. */
export async function removeExpired(
  database: QueryExecutorProvider,
  { owner, cacheKey }: IconKey,
  now: Date,
): Promise<void> {
  await sql`
    delete from icons where owner = ${owner} and cache_key = ${cacheKey} and expires_at <= ${now}
  `.execute(database);
}

/**
 * Of these files the pictures are gone, or going: those that take their place have the time of it in their names, so that
 * nobody who is still at it removes their bytes.
 */
export async function dropIconFiles(
  database: QueryExecutorProvider,
  assetIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql`
    with dropped as (delete from icon_files where asset_id = any(${assetIds}::uuid[]) returning icon_id)
    update icons set begun_at = ${now} where id in (select icon_id from dropped)
  `.execute(database);
}

/** What it was made of is gone, so it has to be made anew. */
export async function markMissing(
  database: QueryExecutorProvider,
  id: string,
  now: Date,
): Promise<StoredIcon> {
  const { rows } = await sql<StoredIcon>`
    update icons set state = 'making', ready_at = null, made_ms = null, expires_at = null, begun_at = ${now}
    where id = ${id} returning ${columns}
  `.execute(database);
  const [row] = rows;
  if (!row) throw new IconRemoved();
  return row;
}

/** Until the transaction ends nobody removes it. @throws {IconRemoved} */
export async function holdIcon(database: QueryExecutorProvider, id: string): Promise<void> {
  const { rows } = await sql`select 1 from icons where id = ${id} for update`.execute(database);
  if (rows.length === 0) throw new IconRemoved();
}

/** Somebody cleared it while it was worked on: it is to be begun anew. */
export class IconRemoved extends Error {
  override readonly name = "IconRemoved";
}

/** It could not be made in this batch. @returns whether that was not known yet */
export async function markFailed(
  database: QueryExecutorProvider,
  id: string,
  batchId: string,
): Promise<boolean> {
  const { rows } = await sql`
    update icons set failed_for = ${batchId}
    where id = ${id} and failed_for is distinct from ${batchId}::uuid
    returning 1
  `.execute(database);
  return rows.length > 0;
}

/** Somebody wants it again. */
export async function markBegunAgain(database: QueryExecutorProvider, id: string, now: Date): Promise<void> {
  await sql`update icons set failed_for = null, begun_at = ${now} where id = ${id}`.execute(database);
}

export interface Ready {
  readonly facts: IconFacts;
  readonly readyAt: Date;
  readonly expiresAt: Date | null;
  readonly madeMs: number;
}

/** It is there. @returns whether it was not before */
export async function markReady(
  database: QueryExecutorProvider,
  id: string,
  { facts, readyAt, expiresAt, madeMs }: Ready,
): Promise<boolean> {
  const { rows } = await sql`
    update icons set state = 'ready', facts = ${JSON.stringify(facts)}::text::json, ready_at = ${readyAt},
      expires_at = ${expiresAt}, made_ms = ${madeMs}, failed_for = null
    where id = ${id} and state = 'making'
    returning 1
  `.execute(database);
  return rows.length > 0;
}

export async function insertIconFiles(
  database: QueryExecutorProvider,
  { id, owner, category }: Pick<StoredIcon, "id" | "owner" | "category">,
  files: readonly IconFileRow[],
  createdAt: Date,
): Promise<void> {
  if (files.length === 0) return;
  const rows = files.map(
    ({ assetId, name, format, sides, size }) =>
      sql`(
        ${assetId}::uuid, ${id}::uuid, ${owner}, ${category}, ${name}, ${format}, ${sides}, ${size}::bigint,
        ${createdAt}::timestamptz
      )`,
  );
  await sql`
    insert into icon_files (asset_id, icon_id, owner, category, name, format, sides, size, created_at)
    values ${sql.join(rows)}
  `.execute(database);
}

export interface ListedFile {
  readonly name: string;
  readonly category: string;
  readonly size: number;
  readonly createdAt: Date;
}

/** Newest first. */
export async function listFiles(
  database: QueryExecutorProvider,
  filter: { readonly owner: string; readonly category: string | null },
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly ListedFile[]> {
  const ofCategory = filter.category === null ? sql`` : sql`and category = ${filter.category}`;
  const { rows } = await sql<ListedFile>`
    select name, category, size, created_at as "createdAt" from icon_files
    where owner = ${filter.owner} ${ofCategory}
    order by created_at desc, name desc limit ${page.limit} offset ${page.offset}
  `.execute(database);
  return rows;
}

export interface Removable {
  readonly id: string;
  /** Of its files. */
  readonly assetIds: readonly string[];
}

/** Those of an owner that may be cleared, as many as one page has. */
export async function iconsToClear(
  database: QueryExecutorProvider,
  filter: { readonly owner: string; readonly category: string | null; readonly before: Date },
  limit: number,
): Promise<readonly Removable[]> {
  const ofCategory = filter.category === null ? sql`` : sql`and category = ${filter.category}`;
  return await removable(
    database,
    sql`state = 'ready' and owner = ${filter.owner} and ready_at <= ${filter.before} ${ofCategory}`,
    limit,
  );
}

/** Those whose time is over, and those that were begun long ago and never finished. */
export async function iconsToForget(
  database: QueryExecutorProvider,
  { now, begunBefore }: { readonly now: Date; readonly begunBefore: Date },
  limit: number,
): Promise<readonly Removable[]> {
  return await removable(
    database,
    sql`expires_at <= ${now} or state = 'making' and begun_at < ${begunBefore}`,
    limit,
  );
}

async function removable(
  database: QueryExecutorProvider,
  condition: ReturnType<typeof sql>,
  limit: number,
): Promise<readonly Removable[]> {
  const { rows } = await sql<Removable>`
    select id, array(select asset_id from icon_files where icon_id = icons.id) as "assetIds" from icons
    where ${condition} order by id limit ${limit} for update skip locked
  `.execute(database);
  return rows;
}

export async function removeIcons(database: QueryExecutorProvider, ids: readonly string[]): Promise<void> {
  await sql`delete from icons where id = any(${ids}::uuid[])`.execute(database);
}
