import { type QueryExecutorProvider, type RawBuilder, sql } from "kysely";
import type { JobState, JobWarning, MediaJob } from "./job.ts";

const columns = sql`
  id, owner, state, prompt, parameters, metadata, webhook_url as "webhookUrl", base_url as "baseUrl", provider, model,
  storing, warnings, progress, retry_count as "retryCount", max_retries as "maxRetries", error_code as "errorCode",
  error_message as "errorMessage", pictures, created_at as "createdAt", updated_at as "updatedAt",
  started_at as "startedAt", completed_at as "completedAt"`;

export type NewJob = Pick<
  MediaJob,
  | "id"
  | "owner"
  | "prompt"
  | "parameters"
  | "metadata"
  | "webhookUrl"
  | "baseUrl"
  | "provider"
  | "model"
  | "storing"
  | "warnings"
  | "maxRetries"
>;

/** @returns the job as it is stored */
export async function insertJob(database: QueryExecutorProvider, job: NewJob): Promise<MediaJob> {
  const { id, owner, prompt, parameters, metadata, webhookUrl, baseUrl, provider, model } = job;
  const { rows } = await sql<MediaJob>`
    insert into media_jobs (
      id, owner, state, prompt, parameters, metadata, webhook_url, base_url, provider, model, storing, warnings,
      max_retries, created_at, updated_at
    ) values (
      ${id}, ${owner}, 'pending', ${prompt}, ${json(parameters)}, ${json(metadata)}, ${webhookUrl}, ${baseUrl},
      ${provider}, ${model}, ${json(job.storing)}, ${json(job.warnings)}, ${job.maxRetries}, now(), now()
    ) returning ${columns}
  `.execute(database);
  const [inserted] = rows;
  if (!inserted) throw new Error("An insert returns its row.");
  return inserted;
}

export async function readJob(database: QueryExecutorProvider, id: string): Promise<MediaJob | undefined> {
  const { rows } = await sql<MediaJob>`select ${columns} from media_jobs where id = ${id}`.execute(database);
  return rows[0];
}

/** As {@link readJob}; nobody else changes it until the transaction ends. */
export async function lockJob(database: QueryExecutorProvider, id: string): Promise<MediaJob | undefined> {
  const { rows } = await sql<MediaJob>`
    select ${columns} from media_jobs where id = ${id} for update
  `.execute(database);
  return rows[0];
}

interface JobChange {
  readonly state?: JobState;
  readonly progress?: number;
  readonly retryCount?: number;
  readonly warnings?: readonly JobWarning[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly pictures?: number;
}

/** Times follow from the state: the first start is kept, and an end is now. */
export async function changeJob(
  database: QueryExecutorProvider,
  id: string,
  { state, progress, retryCount, warnings, errorCode, errorMessage, pictures }: JobChange,
): Promise<MediaJob> {
  const set: RawBuilder<unknown>[] = [sql`updated_at = now()`];
  if (state !== undefined) set.push(sql`state = ${state}`);
  if (state === "processing") set.push(sql`started_at = coalesce(started_at, now())`);
  if (state === "completed" || state === "failed" || state === "cancelled")
    set.push(sql`completed_at = now()`);
  if (progress !== undefined) set.push(sql`progress = ${progress}`);
  if (retryCount !== undefined) set.push(sql`retry_count = ${retryCount}`);
  if (warnings !== undefined) set.push(sql`warnings = ${json(warnings)}`);
  if (errorCode !== undefined) set.push(sql`error_code = ${errorCode}`);
  if (errorMessage !== undefined) set.push(sql`error_message = ${errorMessage}`);
  if (pictures !== undefined) set.push(sql`pictures = ${pictures}`);
  const { rows } = await sql<MediaJob>`
    update media_jobs set ${sql.join(set)} where id = ${id} returning ${columns}
  `.execute(database);
  const [changed] = rows;
  if (!changed) throw new Error("A job that is changed is there.");
  return changed;
}

/** Work on the job has begun, whether for the first time or again. */
export async function markProcessing(database: QueryExecutorProvider, id: string): Promise<void> {
  await sql`
    update media_jobs
    set state = 'processing', started_at = coalesce(started_at, now()), updated_at = now(), progress = greatest(progress, 1)
    where id = ${id} and state in ('pending', 'retrying')
  `.execute(database);
}

/** It never goes back, and is between 1 and 99 while there is work. */
export async function showProgress(
  database: QueryExecutorProvider,
  id: string,
  progress: number,
): Promise<void> {
  const shown = Math.min(99, Math.max(1, progress));
  await sql`
    update media_jobs set progress = ${shown}, updated_at = now()
    where id = ${id} and state = 'processing' and progress < ${shown}
  `.execute(database);
}

/**
 * Takes a job to work on it. A step whose process died is repeated under its id, and so goes on at once.
 *
 * @returns undefined where there is no such job, `held` where another step is at work
 */
export async function takeJob(
  database: QueryExecutorProvider,
  id: string,
  step: { readonly id: string; readonly leaseMs: number },
): Promise<MediaJob | "held" | undefined> {
  const { rows } = await sql<MediaJob>`
    update media_jobs
    set step_id = ${step.id}, step_until = clock_timestamp() + ${step.leaseMs} * interval '1 millisecond'
    where id = ${id} and (step_id is null or step_id = ${step.id} or step_until < clock_timestamp())
    returning ${columns}
  `.execute(database);
  const [taken] = rows;
  if (taken) return taken;
  return (await readJob(database, id)) ? "held" : undefined;
}

/** @returns whether the step still had it */
export async function giveBackJob(
  database: QueryExecutorProvider,
  id: string,
  stepId: string,
): Promise<boolean> {
  const { rows } = await sql`
    update media_jobs set step_id = null, step_until = null where id = ${id} and step_id = ${stepId} returning 1
  `.execute(database);
  return rows.length === 1;
}

interface JobPage {
  readonly state: JobState | null;
  readonly limit: number;
  readonly offset: number;
}

/** Newest first. */
export async function listJobs(
  database: QueryExecutorProvider,
  { state, limit, offset }: JobPage,
): Promise<{ readonly jobs: readonly MediaJob[]; readonly total: number }> {
  const where = state === null ? sql`` : sql`where state = ${state}`;
  const counted = await sql<{ total: number }>`select count(*) as total from media_jobs ${where}`.execute(
    database,
  );
  // The page is found in the index alone: rows that are passed over may be long.
  const { rows } = await sql<MediaJob>`
    select ${columns} from media_jobs
    where id in (
      select id from media_jobs ${where} order by created_at desc, id desc limit ${limit} offset ${offset}
    )
    order by created_at desc, id desc
  `.execute(database);
  return { jobs: rows, total: counted.rows[0]?.total ?? 0 };
}

/** Those of an owner that have not ended, newest first. */
export async function jobsUnderWay(
  database: QueryExecutorProvider,
  owner: string,
  limit: number,
): Promise<readonly MediaJob[]> {
  const { rows } = await sql<MediaJob>`
    select ${columns} from media_jobs
    where state in ('pending', 'processing', 'retrying') and owner = ${owner}
    order by created_at desc, id desc limit ${limit}
  `.execute(database);
  return rows;
}

/** A picture of a job, in its place. */
export interface JobOutput {
  readonly jobId: string;
  readonly number: number;
  readonly assetId: string;
  readonly model: string;
  readonly seed: number | null;
}

export async function insertOutputs(
  database: QueryExecutorProvider,
  outputs: readonly JobOutput[],
): Promise<void> {
  if (outputs.length === 0) return;
  const rows = outputs.map(
    ({ jobId, number, assetId, model, seed }) =>
      sql`(${jobId}::uuid, ${number}::integer, ${assetId}::uuid, ${model}, ${seed}::bigint)`,
  );
  await sql`
    insert into media_outputs (job_id, number, asset_id, model, seed) values ${sql.join(rows)} on conflict do nothing
  `.execute(database);
}

/** In the order of their jobs' pictures. */
export async function outputsOf(
  database: QueryExecutorProvider,
  jobIds: readonly string[],
): Promise<readonly JobOutput[]> {
  const { rows } = await sql<JobOutput>`
    select job_id as "jobId", number, asset_id as "assetId", model, seed
    from media_outputs where job_id = any(${jobIds}::uuid[]) order by job_id, number
  `.execute(database);
  return rows;
}

/** What is known of where a picture came from; undefined where it is no job's. */
export async function originOf(
  database: QueryExecutorProvider,
  assetId: string,
): Promise<(JobOutput & Pick<MediaJob, "provider" | "prompt">) | undefined> {
  const { rows } = await sql<JobOutput & Pick<MediaJob, "provider" | "prompt">>`
    select job_id as "jobId", number, asset_id as "assetId", output.model, seed, provider, prompt
    from media_outputs as output join media_jobs on media_jobs.id = job_id where asset_id = ${assetId}
  `.execute(database);
  return rows[0];
}

/** Jobs that ended before, some of them. */
export async function endedBefore(
  database: QueryExecutorProvider,
  before: Date,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from media_jobs
    where completed_at < ${before} and (step_id is null or step_until < now())
    order by completed_at limit ${limit}
  `.execute(database);
  return rows.map(({ id }) => id);
}

export async function removeJobs(database: QueryExecutorProvider, ids: readonly string[]): Promise<void> {
  await sql`delete from media_jobs where id = any(${ids}::uuid[])`.execute(database);
}

const json = (value: object | null) =>
  value === null ? sql`null::json` : sql`${JSON.stringify(value)}::text::json`;
