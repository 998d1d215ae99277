import { type QueryExecutorProvider, sql } from "kysely";
import type { CallEntry, KeyUsage, UnansweredCall, Usage } from "./contract.ts";

export interface BegunCall extends CallEntry {
  readonly id: string;
  readonly begunAt: Date;
}

/** Writes calls that are about to be sent, and renews the lease of their process. On disk when it resolves. */
export async function beginCalls(
  database: QueryExecutorProvider,
  calls: readonly BegunCall[],
  { process, leaseMs }: { readonly process: string; readonly leaseMs: number },
): Promise<void> {
  await sql`
    with alive as (${leasedBy(process, leaseMs)})
    insert into model_calls (
      id, provider, quota_group, key_id, key_label, model, batch_id, position, begun_at, process
    )
    select entry.*, ${process}::uuid from unnest(
      ${calls.map(({ id }) => id)}::uuid[], ${calls.map(({ provider }) => provider)}::text[],
      ${calls.map(({ group }) => group)}::text[], ${calls.map(({ keyId }) => keyId)}::text[],
      ${calls.map(({ keyLabel }) => keyLabel)}::text[], ${calls.map(({ model }) => model)}::text[],
      ${calls.map(({ batchId }) => batchId)}::uuid[], ${calls.map(({ position }) => position)}::integer[],
      ${calls.map(({ begunAt }) => begunAt)}::timestamptz[]
    ) as entry
    on conflict (id) do nothing
  `.execute(database);
}

/** Says that a process with calls under way is still there. */
export async function renewProcess(
  database: QueryExecutorProvider,
  process: string,
  leaseMs: number,
): Promise<void> {
  await leasedBy(process, leaseMs).execute(database);
}

const leasedBy = (process: string, leaseMs: number) => sql`
  insert into model_processes (id, leased_until)
  values (${process}::uuid, now() + ${leaseMs} * interval '1 millisecond')
  on conflict (id) do update set leased_until = excluded.leased_until
`;

const usageColumns = sql.raw(`
  calls, input_tokens as "inputTokens", output_tokens as "outputTokens", cost_micros as "costMicros", unpriced,
  possibly_paid_twice as "possiblyPaidTwice"
`);

/** Null where no call of it has ended. */
export async function readBatchUsage(
  database: QueryExecutorProvider,
  batchId: string,
): Promise<(Usage & { readonly costMicros: number }) | null> {
  const { rows } = await sql<Usage & { readonly costMicros: number }>`
    select ${usageColumns} from model_batch_usage where batch_id = ${batchId}::uuid
  `.execute(database);
  return rows[0] ?? null;
}

/** Per key and day, the newest day first. */
export async function readKeyUsage(
  database: QueryExecutorProvider,
  since: Date,
): Promise<readonly (KeyUsage & { readonly costMicros: number })[]> {
  const { rows } = await sql<KeyUsage & { readonly costMicros: number }>`
    select provider, quota_group as "group", nullif(key_id, '') as "keyId", key_label as "keyLabel",
      to_char(day, 'YYYY-MM-DD') as day, ${usageColumns}
    from model_key_usage where day >= (${since}::timestamptz at time zone 'UTC')::date
    order by model_key_usage.day desc, provider, quota_group, key_id
  `.execute(database);
  return rows;
}

/** In the order of the rows. */
export async function readUnanswered(
  database: QueryExecutorProvider,
  batchId: string,
  limit: number,
): Promise<readonly UnansweredCall[]> {
  const { rows } = await sql<UnansweredCall>`
    select position, begun_at as "begunAt", model, key_label as "keyLabel", outcome, exists (
      select from model_calls as later
      where later.batch_id = model_calls.batch_id and later.position = model_calls.position
        and later.begun_at >= model_calls.begun_at and later.id <> model_calls.id
        and later.outcome is distinct from 'unused'
    ) as "askedAgain"
    from model_calls where batch_id = ${batchId}::uuid and may_be_paid
    order by position, begun_at, id limit ${limit}
  `.execute(database);
  return rows;
}
