import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import type { CallEnd, Spent } from "./contract.ts";

export interface EndedCall {
  readonly id: string;
  readonly batchId: string | null;
  readonly endedAt: Date;
  readonly end: CallEnd;
}

/** What an ended call adds to the sums of its batch and its key. */
export interface Amounts {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
  readonly unpriced: number;
  readonly possiblyPaidTwice: number;
}

export function amountsOf({
  outcome,
  usage,
  costMicros,
  mayBePaid = outcome === "unavailable",
}: CallEnd): Amounts {
  const billed = usage !== null || outcome === "answered" || outcome === "repaired";
  return {
    calls: outcome === "unused" ? 0 : 1,
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    costMicros: costMicros ?? 0,
    unpriced: billed && costMicros === null ? 1 : 0,
    possiblyPaidTwice: mayBePaid ? 1 : 0,
  };
}

/** What a batch has cost so far. */
export interface BatchCost extends Spent {
  readonly batchId: string;
}

/**
 * Ends calls and moves the sums of their batches and keys, together. Said twice it counts once. A call that was taken
 * for lost, because its process was silent for long, is found again.
 */
export function endCalls(
  database: QueryExecutorProvider,
  ended: readonly EndedCall[],
): Promise<readonly BatchCost[]> {
  const amounts = ended.map(({ end }) => amountsOf(end));
  const entry = sql`
    select * from unnest(
      ${ended.map(({ id }) => id)}::uuid[], ${ended.map(({ endedAt }) => endedAt)}::timestamptz[],
      ${ended.map(({ end }) => end.outcome)}::text[], ${ended.map(({ end }) => end.modelUsed)}::text[],
      ${ended.map(({ end }) => end.usage?.inputTokens ?? null)}::bigint[],
      ${ended.map(({ end }) => end.usage?.outputTokens ?? null)}::bigint[],
      ${ended.map(({ end }) => end.costMicros)}::bigint[],
      ${amounts.map(({ unpriced }) => unpriced)}::integer[],
      ${amounts.map(({ possiblyPaidTwice }) => possiblyPaidTwice === 1)}::boolean[]
    ) as entry (
      id, ended_at, outcome, model_used, input_tokens, output_tokens, cost_micros, unpriced, may_be_paid
    )
  `;
  return settle(database, entry, sql`(outcome is null or outcome = 'lost')`);
}

/** In one statement; what is left is for the next. */
const mostLost = 1_000;

/**
 * Gives up calls whose processes are gone: each may have been paid for.
 *
 * @param only the one process that there is; null where there may be others, of which each has a lease
 */
export function loseCalls(
  database: QueryExecutorProvider,
  { now, only }: { readonly now: Date; readonly only: string | null },
): Promise<readonly BatchCost[]> {
  const gone =
    only === null
      ? sql`not exists (select from model_processes as alive where alive.id = process and leased_until >= now())`
      : sql`process <> ${only}::uuid`;
  const entry = sql`
    select id, ${now}::timestamptz as ended_at, 'lost' as outcome, null::text as model_used,
      null::bigint as input_tokens, null::bigint as output_tokens, null::bigint as cost_micros,
      0 as unpriced, true as may_be_paid
    from model_calls where outcome is null and ${gone} limit ${mostLost}
  `;
  return settle(database, entry, sql`outcome is null`);
}

/** Forgets processes that are gone; see {@link loseCalls}. */
export async function forgetProcesses(database: QueryExecutorProvider, only: string | null): Promise<void> {
  const gone = only === null ? sql`leased_until < now()` : sql`id <> ${only}::uuid`;
  await sql`
    delete from model_processes where ${gone}
      and not exists (select from model_calls where process = model_processes.id and outcome is null)
  `.execute(database);
}

/**
 * Rows are locked in one order everywhere, so that no two statements wait for each other in a circle: calls, batches,
 * keys, each by their ids. Each call is found by its id, whatever the planner thinks of the table.
 *
 * @param open what a call must still be to be ended
 */
async function settle(
  database: QueryExecutorProvider,
  entry: RawBuilder<unknown>,
  open: RawBuilder<unknown>,
): Promise<readonly BatchCost[]> {
  const { rows } = await sql<BatchCost>`
    with entry as materialized (${entry}), locked as materialized (
      select present.*, entry.ended_at, entry.outcome, entry.model_used, entry.input_tokens, entry.output_tokens,
        entry.cost_micros, entry.may_be_paid,
        (entry.outcome <> 'unused')::integer - was_lost as calls_added, entry.unpriced as unpriced_added,
        entry.may_be_paid::integer - was_lost as paid_twice_added
      from (select * from entry order by id) as entry cross join lateral (
        select id, batch_id, provider, quota_group, key_id, key_label, begun_at, coalesce(outcome = 'lost', false)::integer as was_lost
        from model_calls where id = entry.id and ${open} for update
      ) as present
    ), ended as (
      update model_calls as call set ended_at = locked.ended_at, outcome = locked.outcome,
        model_used = locked.model_used, input_tokens = locked.input_tokens, output_tokens = locked.output_tokens,
        cost_micros = locked.cost_micros, may_be_paid = locked.may_be_paid
      from locked where call.id = locked.id and call.id = any(array(select id from locked))
    ), batches_moved as (
      insert into model_batch_usage as total (
        batch_id, calls, input_tokens, output_tokens, cost_micros, unpriced, possibly_paid_twice
      )
      select batch_id, ${added} from locked where batch_id is not null group by batch_id order by batch_id
      on conflict (batch_id) do update set ${moved}
      returning batch_id as "batchId", cost_micros as "costMicros", total.unpriced as unpriced
    ), keys_moved as (
      insert into model_key_usage as total (
        day, provider, quota_group, key_id, key_label,
        calls, input_tokens, output_tokens, cost_micros, unpriced, possibly_paid_twice
      )
      select (begun_at at time zone 'UTC')::date as day, provider, quota_group, coalesce(key_id, ''),
        min(key_label), ${added}
      from locked where (select count(*) from batches_moved) >= 0
      group by 1, 2, 3, 4 order by 1, 2, 3, 4
      on conflict (day, provider, quota_group, key_id) do update set ${moved}
    )
    select "batchId", "costMicros", unpriced from batches_moved
  `.execute(database);
  return rows;
}

const added = sql.raw(`
  sum(calls_added)::bigint, coalesce(sum(input_tokens), 0)::bigint, coalesce(sum(output_tokens), 0)::bigint,
  coalesce(sum(cost_micros), 0)::bigint, sum(unpriced_added)::bigint, sum(paid_twice_added)::bigint
`);

const moved = sql.raw(
  ["calls", "input_tokens", "output_tokens", "cost_micros", "unpriced", "possibly_paid_twice"]
    .map((column) => `${column} = total.${column} + excluded.${column}`)
    .join(", "),
);
