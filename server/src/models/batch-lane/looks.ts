import { type QueryExecutorProvider, sql } from "kysely";
import type { Described, ModelFailure } from "../contract.ts";
import type { Deferred, DeferredQuestion } from "./contract.ts";

export interface Looked {
  readonly key: string;
  readonly purpose: DeferredQuestion["purpose"];
  readonly since: Date | null;
}

interface Awaited {
  readonly jobId: string;
  readonly jobState: string;
  readonly jobCreatedAt: Date;
  readonly lookAt: Date;
}

interface LookedRow extends Awaited {
  readonly index: number;
  readonly state: "waiting" | "answered" | "failed";
  readonly facts: DeferredQuestion["facts"];
  readonly batchId: string;
  readonly position: number;
  readonly output: Described["output"];
  readonly modelUsed: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costMicros: number | null;
  readonly keyLabel: string | null;
  readonly failure: Exclude<ModelFailure["kind"], "rate_limited">;
  readonly reason: string;
}

/** How long rows rest at least: those of a file that is being filled, and those of a job. Milliseconds. */
export interface Rests {
  readonly fillingMs: number;
  readonly runningMs: number;
  readonly now: () => number;
}

const jobColumns = sql.raw(`
  model_jobs.id as "jobId", model_jobs.state as "jobState", model_jobs.created_at as "jobCreatedAt", look_at as "lookAt"
`);

/** What became of the rows' own questions: when rows may look again whose are waited for; null for those without. */
export async function lookAtRows(
  database: QueryExecutorProvider,
  rows: readonly DeferredQuestion["purpose"][],
  rests: Rests,
): Promise<readonly (Date | "answered" | null)[]> {
  const { rows: found } = await sql<Awaited & { readonly index: number; readonly state: string }>`
    select looked.index::integer as index, request.state, ${jobColumns}
    from unnest(
      ${rows.map(({ batchId }) => batchId)}::uuid[], ${rows.map(({ position }) => position)}::integer[]
    ) with ordinality as looked (batch_id, position, index)
    cross join lateral (
      select job_id, state from model_job_requests
      where batch_id = looked.batch_id and position = looked.position and state in ('waiting', 'answered')
      order by state = 'waiting' desc limit 1
    ) as request
    join model_jobs on model_jobs.id = request.job_id
  `.execute(database);
  const known = new Map(
    found.map((row) => [row.index, row.state === "waiting" ? nextLook(row, rests) : ("answered" as const)]),
  );
  return rows.map((_row, index) => known.get(index + 1) ?? null);
}

const longestRestMs = 16 * 60_000;

/**
 * Rows look a while after their job was looked at, and the less often the longer it takes: a job of hours may be told of
 * an eighth of them later. All rows of a job look at one time, so that their chunks are taken up once for it; and each
 * job has times of its own.
 */
function nextLook(
  { jobId, jobState, jobCreatedAt, lookAt }: Awaited,
  { fillingMs, runningMs, now }: Rests,
): Date {
  const least = jobState === "filling" ? fillingMs : runningMs;
  const present = now();
  let restMs = least;
  while (restMs * 16 <= present - jobCreatedAt.getTime() && restMs * 2 <= longestRestMs) restMs *= 2;
  const from = Math.max(lookAt.getTime(), present) + least;
  const phase = Number.parseInt(jobId.slice(0, 8), 16) % restMs;
  return new Date(Math.ceil((from - phase) / restMs) * restMs + phase);
}

/** What became of questions, in the order of asking. Failures are taken: whoever is told of one is the only one. */
export async function lookAtRequests(
  database: QueryExecutorProvider,
  looked: readonly Looked[],
  rests: Rests,
): Promise<readonly (Deferred | null)[]> {
  const { rows } = await sql<LookedRow>`
    with looked as (
      select * from unnest(
        ${looked.map(({ key }) => key)}::text[], ${looked.map(({ since }) => since)}::timestamptz[],
        ${looked.map(({ purpose }) => purpose.batchId)}::uuid[],
        ${looked.map(({ purpose }) => purpose.position)}::integer[]
      ) with ordinality as looked (key, since, batch_id, position, index)
    ), taken as (
      delete from model_job_requests as request using looked
      where request.state = 'failed' and request.key = looked.key and request.batch_id = looked.batch_id
        and request.position = looked.position and request.batch_id = any(array(select batch_id from looked))
      returning request.*, looked.index
    ), known as (
      select request.*, looked.index from looked cross join lateral (
        select * from model_job_requests where key = looked.key and state in ('waiting', 'answered')
          and (looked.since is null or created_at >= looked.since or state = 'waiting')
        limit 1
      ) as request
    )
    select found.index::integer as index, found.state, facts, found.batch_id as "batchId", position, found.output,
      model_used as "modelUsed", input_tokens as "inputTokens", output_tokens as "outputTokens",
      cost_micros as "costMicros", key_label as "keyLabel", failure, found.reason, ${jobColumns}
    from (select * from known union all select * from taken) as found join model_jobs on model_jobs.id = job_id
  `.execute(database);
  const answers = new Map<number, LookedRow>();
  // Asked again meanwhile: the newer question is the one that counts.
  for (const row of rows) if (answers.get(row.index)?.state !== "waiting") answers.set(row.index, row);
  return looked.map((_each, index) => {
    const row = answers.get(index + 1);
    return row ? deferredOf(row, rests) : null;
  });
}

function deferredOf(row: LookedRow, rests: Rests): Deferred {
  if (row.state === "waiting") return { as: "waiting", until: nextLook(row, rests) };
  if (row.state === "failed") return { as: "failed", failure: { kind: row.failure, reason: row.reason } };
  const { inputTokens, outputTokens, facts } = row;
  const usage = inputTokens === null || outputTokens === null ? null : { inputTokens, outputTokens };
  return {
    as: "answered",
    described: {
      output: row.output,
      model: row.modelUsed,
      usage,
      costMicros: row.costMicros,
      key: row.keyLabel,
    },
    facts,
    purpose: { batchId: row.batchId, position: row.position },
  };
}
