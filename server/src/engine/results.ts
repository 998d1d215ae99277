import { type QueryExecutorProvider, sql } from "kysely";
import { readInputs } from "./inputs.ts";
import type { Json } from "./kind.ts";
import type { ItemResult } from "./records.ts";

export interface ResultFilter {
  readonly succeeded?: boolean;
  /** Failed with one of these. */
  readonly codes?: readonly string[];
}

export interface ResultPage {
  readonly limit: number;
  /** Position where the page before ended; results follow in the order of their positions. */
  readonly after?: number;
}

interface Row {
  readonly position: number;
  readonly succeeded: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly output: Json;
  readonly tookMs: number;
  readonly createdAt: Date;
}

/** A page of results by key: as fast at the millionth row as at the first. */
export async function readResults(
  database: QueryExecutorProvider,
  batchId: string,
  { succeeded, codes }: ResultFilter,
  { limit, after = -1 }: ResultPage,
): Promise<readonly ItemResult[]> {
  const { rows } = await sql<Row>`
    select position, succeeded, code, message, output, took_ms as "tookMs", created_at as "createdAt" from results
    where batch_id = ${batchId} and position > ${after}
      and (${succeeded ?? null}::boolean is null or succeeded = ${succeeded ?? null}::boolean)
      and (${codes ?? null}::text[] is null or code = any(${codes ?? null}::text[]))
    order by position limit ${limit}
  `.execute(database);
  if (rows.length === 0) return [];
  const inputs = await readInputs(
    database,
    batchId,
    rows.map(({ position }) => position),
  );
  return rows.map(({ position, tookMs, createdAt, ...rest }) => {
    const item = { position, input: inputs.get(position) ?? null, tookMs, createdAt };
    return rest.succeeded
      ? { ...item, succeeded: true, output: rest.output }
      : { ...item, succeeded: false, code: rest.code ?? "", message: rest.message ?? "" };
  });
}

/** All results that match, read a page at a time: memory does not grow with the batch. */
export async function* streamResults(
  database: QueryExecutorProvider,
  batchId: string,
  filter: ResultFilter = {},
  pageSize = 1_000,
): AsyncGenerator<ItemResult> {
  for (let after = -1; ; ) {
    const page = await readResults(database, batchId, filter, { limit: pageSize, after });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.position;
  }
}

export interface Attempt {
  readonly number: number;
  readonly code: string;
  readonly message: string | null;
  readonly at: Date;
}

/** The tries of one item that were not final, first to last. */
export async function readAttempts(
  database: QueryExecutorProvider,
  batchId: string,
  position: number,
): Promise<readonly Attempt[]> {
  const { rows } = await sql<Attempt>`
    select number, code, message, at from attempts
    where batch_id = ${batchId} and position = ${position} order by number
  `.execute(database);
  return rows;
}

/** Failed results by code, most frequent first. */
export async function countFailures(
  database: QueryExecutorProvider,
  batchId: string,
): Promise<readonly { readonly code: string; readonly count: number }[]> {
  const { rows } = await sql<{ code: string; count: number }>`
    select code, count(*) as count from results where batch_id = ${batchId} and not succeeded
    group by code order by count desc, code
  `.execute(database);
  return rows;
}
