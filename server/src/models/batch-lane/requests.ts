import { type QueryExecutorProvider, sql } from "kysely";
import type { Described, ModelFailure } from "../contract.ts";
import type { DeferredQuestion } from "./contract.ts";

/** Where a question went that was to be written into a job. */
export type Added =
  | "added"
  /** The same one is waited for, or was answered. */
  | "known"
  /** The job is not this process's any more. */
  | "job gone";

/**
 * Writes a question into a job that is being filled; said twice it counts once.
 *
 * @param since an older answer is forgotten
 */
export async function addRequest(
  database: QueryExecutorProvider,
  question: Pick<DeferredQuestion, "key" | "facts" | "purpose"> & {
    readonly id: string;
    readonly jobId: string;
    readonly leaseToken: string;
    readonly estimatedMicros: number | null;
    readonly createdAt: Date;
  },
  since: Date | null,
): Promise<Added> {
  const { id, key, purpose, jobId, estimatedMicros } = question;
  if (since !== null) {
    await sql`
      delete from model_job_requests where key = ${key} and state = 'answered' and created_at < ${since}
    `.execute(database);
  }
  const { rows } = await sql<{ held: boolean; added: boolean }>`
    with job as (
      select id from model_jobs
      where id = ${jobId} and lease_token = ${question.leaseToken} and state = 'filling' for update
    ), added as (
      insert into model_job_requests (
        id, job_id, key, batch_id, position, facts, estimated_micros, state, created_at
      )
      select ${id}::uuid, job.id, ${key}, ${purpose.batchId}::uuid, ${purpose.position}::integer,
        ${JSON.stringify(question.facts)}::text::jsonb, ${estimatedMicros}::bigint, 'waiting',
        ${question.createdAt}::timestamptz
      from job
      on conflict do nothing
      returning job_id
    ), counted as (
      update model_jobs set requests = requests + 1, reserved_micros = reserved_micros + ${estimatedMicros ?? 0}::bigint
      from added where model_jobs.id = added.job_id
    )
    select exists (select from job) as held,
      exists (select from added) or exists (select from model_job_requests where id = ${id}::uuid) as added
  `.execute(database);
  const [row] = rows;
  return row?.added ? "added" : row?.held ? "known" : "job gone";
}

/** What is known of an answer, or of why there is none. */
export interface EndedRequest {
  readonly id: string;
  readonly described: Omit<Described, "key"> | null;
  readonly failure: Exclude<ModelFailure, { readonly kind: "rate_limited" }> | null;
}

/** Stores answers and failures; said twice it counts once. */
export async function endRequests(
  database: QueryExecutorProvider,
  jobId: string,
  ended: readonly EndedRequest[],
): Promise<void> {
  await sql`
    with ended as (
      update model_job_requests as request set
        state = case when entry.failure is null then 'answered' else 'failed' end,
        output = entry.output::jsonb, model_used = entry.model_used, input_tokens = entry.input_tokens,
        output_tokens = entry.output_tokens, cost_micros = entry.cost_micros, failure = entry.failure,
        reason = entry.reason
      from unnest(
        ${ended.map(({ id }) => id)}::uuid[],
        ${ended.map(({ described }) => described && JSON.stringify(described.output))}::text[],
        ${ended.map(({ described }) => described?.model ?? null)}::text[],
        ${ended.map(({ described }) => described?.usage?.inputTokens ?? null)}::bigint[],
        ${ended.map(({ described }) => described?.usage?.outputTokens ?? null)}::bigint[],
        ${ended.map(({ described }) => described?.costMicros ?? null)}::bigint[],
        ${ended.map(({ failure }) => failure?.kind ?? null)}::text[],
        ${ended.map(({ failure }) => failure?.reason ?? null)}::text[]
      ) as entry (id, output, model_used, input_tokens, output_tokens, cost_micros, failure, reason)
      where request.id = entry.id and request.job_id = ${jobId} and request.state = 'waiting'
      returning request.state, request.estimated_micros
    )
    update model_jobs set
      answered = answered + (select count(*) from ended where state = 'answered'),
      reserved_micros = reserved_micros - (select coalesce(sum(estimated_micros), 0) from ended)
    where id = ${jobId}
  `.execute(database);
}

export interface WaitingRequest {
  readonly id: string;
  readonly position: number;
}

/** Of a job's questions that nothing is known of yet, so many; or those of them that are named. */
export async function readWaiting(
  database: QueryExecutorProvider,
  jobId: string,
  which: { readonly limit: number } | { readonly ids: readonly string[] },
): Promise<readonly WaitingRequest[]> {
  const narrowed = "ids" in which ? sql`and id = any(${which.ids}::uuid[])` : sql`limit ${which.limit}`;
  const { rows } = await sql<WaitingRequest>`
    select id, position from model_job_requests where job_id = ${jobId} and state = 'waiting' ${narrowed}
  `.execute(database);
  return rows;
}

/** Ends all questions of a job that are waited for: one row is told why, and the others may ask again. */
export async function endByOne(
  database: QueryExecutorProvider,
  jobId: string,
  failure: NonNullable<EndedRequest["failure"]>,
): Promise<void> {
  await sql`
    with told as (
      select id from model_job_requests where job_id = ${jobId} and state = 'waiting' order by position limit 1
    ), untold as (
      delete from model_job_requests where job_id = ${jobId} and state = 'waiting' and id not in (select id from told)
    ), job as (
      update model_jobs set reserved_micros = 0 where id = ${jobId}
    )
    update model_job_requests set state = 'failed', failure = ${failure.kind}, reason = ${failure.reason}
    from told where model_job_requests.id = told.id
  `.execute(database);
}

/** Forgets questions of a job that nobody is to be told of: their rows may ask again. */
export async function forgetWaiting(
  database: QueryExecutorProvider,
  jobId: string,
  ids: readonly string[],
): Promise<void> {
  await sql`
    with forgotten as (
      delete from model_job_requests where id = any(${ids}::uuid[]) and job_id = ${jobId} and state = 'waiting'
      returning estimated_micros
    )
    update model_jobs set
      reserved_micros = reserved_micros - (select coalesce(sum(estimated_micros), 0) from forgotten)
    where id = ${jobId}
  `.execute(database);
}

/** Micro-dollars that a batch's questions may cost which are not answered yet. */
export async function readReserved(database: QueryExecutorProvider, batchId: string): Promise<number> {
  const { rows } = await sql<{ micros: number }>`
    select coalesce(sum(reserved_micros), 0)::bigint as micros from model_jobs
    where batch_id = ${batchId} and state in ('filling', 'handing_over', 'running')
  `.execute(database);
  return rows[0]?.micros ?? 0;
}

/** In one statement: embedded, everybody else waits for it. */
const mostForgotten = 2_000;

/** Forgets what is known of the questions of a batch, whose rows have no use for it any more. */
export async function forgetAnswers(database: QueryExecutorProvider, batchId: string): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      delete from model_job_requests where id in (
        select id from model_job_requests where batch_id = ${batchId} and state <> 'waiting' limit ${mostForgotten}
      ) returning 1
    `.execute(database);
    if (rows.length < mostForgotten) return;
  }
}
