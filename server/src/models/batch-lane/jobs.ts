import { type QueryExecutorProvider, sql } from "kysely";
import type { Instruction } from "../contract.ts";
import type { LaneJob } from "./contract.ts";

/** A job that this process looks after. */
export interface HeldJob {
  readonly id: string;
  readonly model: string;
  readonly batchId: string;
  readonly instruction: Instruction;
  readonly state: "filling" | "handing_over" | "running";
  readonly group: string | null;
  readonly keyId: string | null;
  readonly keyLabel: string | null;
  readonly file: string | null;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly askedAt: Date | null;
  readonly leaseToken: string;
}

/** Whose work it is, and for how long: milliseconds. */
export interface Lease {
  readonly token: string;
  readonly ms: number;
}

const until = ({ ms }: Lease) => sql`clock_timestamp() + ${ms} * interval '1 millisecond'`;

export async function openJob(
  database: QueryExecutorProvider,
  job: {
    readonly id: string;
    readonly provider: string;
    readonly model: string;
    readonly batchId: string;
    readonly instruction: Instruction;
    readonly createdAt: Date;
  },
  lease: Lease,
): Promise<void> {
  const { id, provider, model, batchId, instruction, createdAt } = job;
  await sql`
    insert into model_jobs (
      id, provider, model, batch_id, instruction, state, created_at, look_at, lease_token, leased_until
    ) values (
      ${id}, ${provider}, ${model}, ${batchId}, ${JSON.stringify(instruction)}, 'filling', ${createdAt}, ${createdAt},
      ${lease.token}, ${until(lease)}
    )
    on conflict (id) do nothing
  `.execute(database);
}

/** Lengthens the leases of all that a process holds. */
export async function renewJobs(
  database: QueryExecutorProvider,
  ids: readonly string[],
  lease: Lease,
): Promise<void> {
  await sql`
    update model_jobs set leased_until = ${until(lease)}
    where id = any(${ids}::uuid[]) and lease_token = ${lease.token}
  `.execute(database);
}

type Change = Partial<
  Pick<HeldJob, "group" | "keyId" | "keyLabel" | "file" | "name" | "askedAt"> & {
    state: LaneJob["state"];
    output: string | null;
    outputSha256: string;
    endedAt: Date;
    reason: string | null;
  }
>;

const columns = {
  group: "quota_group",
  keyId: "key_id",
  keyLabel: "key_label",
  file: "file",
  name: "name",
  askedAt: "asked_at",
  state: "state",
  output: "output",
  outputSha256: "output_sha256",
  endedAt: "ended_at",
  reason: "reason",
} as const satisfies Record<keyof Change, string>;

/** @returns whether the job was still this process's */
export async function changeJob(
  database: QueryExecutorProvider,
  { id, leaseToken }: Pick<HeldJob, "id" | "leaseToken">,
  change: Change,
): Promise<boolean> {
  const set = Object.entries(change).map(
    ([name, value]) => sql`${sql.ref(columns[name as keyof Change])} = ${value}`,
  );
  const { rows } = await sql`
    update model_jobs set ${sql.join(set)} where id = ${id} and lease_token = ${leaseToken} returning 1
  `.execute(database);
  return rows.length === 1;
}

/** Gives a job back, to be looked after again at that time. */
export async function releaseJob(
  database: QueryExecutorProvider,
  { id, leaseToken }: Pick<HeldJob, "id" | "leaseToken">,
  lookAt: Date,
): Promise<void> {
  await sql`
    update model_jobs set look_at = ${lookAt}, lease_token = null, leased_until = null
    where id = ${id} and lease_token = ${leaseToken}
  `.execute(database);
}

/**
 * Takes a job that is due. One that was being filled is a process's that is gone, and so is its file.
 *
 * @param held what this process looks after already
 */
export async function takeJob(
  database: QueryExecutorProvider,
  provider: string,
  lease: Lease,
  held: readonly string[],
): Promise<HeldJob | null> {
  const { rows } = await sql<Omit<HeldJob, "instruction" | "leaseToken"> & { instruction: string }>`
    with due as (
      select id from model_jobs
      where provider = ${provider} and state in ('filling', 'handing_over', 'running') and look_at <= now()
        and (leased_until is null or leased_until < now()) and id <> all(${held}::uuid[])
      order by look_at limit 1 for update skip locked
    )
    update model_jobs set lease_token = ${lease.token}, leased_until = ${until(lease)}
    from due where model_jobs.id = due.id
    returning model_jobs.id, model, batch_id as "batchId", instruction, state, quota_group as "group",
      key_id as "keyId", key_label as "keyLabel", file, name, created_at as "createdAt", asked_at as "askedAt"
  `.execute(database);
  const row = rows[0];
  return row
    ? { ...row, instruction: JSON.parse(row.instruction) as Instruction, leaseToken: lease.token }
    : null;
}

/** Embedded there is one process: whatever another one held, it holds no more. */
export async function voidLeases(database: QueryExecutorProvider): Promise<void> {
  await sql`
    update model_jobs set lease_token = null, leased_until = null where lease_token is not null
  `.execute(database);
}

/**
 * Forgets a job with its questions: nothing of it was asked.
 *
 * @returns whether it was still this process's
 */
export async function dropJob(
  database: QueryExecutorProvider,
  { id, leaseToken }: Pick<HeldJob, "id" | "leaseToken">,
): Promise<boolean> {
  const { rows } = await sql`
    delete from model_jobs where id = ${id} and lease_token = ${leaseToken} returning 1
  `.execute(database);
  return rows.length === 1;
}

/** How many jobs of each group the provider has, or is being given. */
export async function countAhead(
  database: QueryExecutorProvider,
  provider: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ group: string; jobs: number }>`
    select quota_group as "group", count(*) as jobs from model_jobs
    where provider = ${provider} and state in ('handing_over', 'running') group by quota_group
  `.execute(database);
  return new Map(rows.map(({ group, jobs }) => [group, jobs]));
}

/** Batches that have jobs, in the order of their ids. */
export async function batchesWithJobs(
  database: QueryExecutorProvider,
  provider: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ batchId: string }>`
    select distinct batch_id as "batchId" from model_jobs
    where provider = ${provider} and (${after}::uuid is null or batch_id > ${after}::uuid)
    order by batch_id limit ${limit}
  `.execute(database);
  return rows.map(({ batchId }) => batchId);
}

/** Forgets the jobs of a batch that are over. */
export async function dropEnded(database: QueryExecutorProvider, batchId: string): Promise<void> {
  await sql`delete from model_jobs where batch_id = ${batchId} and state in ('done', 'failed')`.execute(
    database,
  );
}

/** Jobs of a batch, the newest first. */
export async function readJobs(
  database: QueryExecutorProvider,
  batchId: string,
  limit: number,
): Promise<readonly LaneJob[]> {
  const { rows } = await sql<LaneJob>`
    select id, model, state, name, key_label as "keyLabel", created_at as "createdAt", reason, requests, answered,
      case when name is not null then asked_at end as "handedOverAt", ended_at as "endedAt"
    from model_jobs where batch_id = ${batchId} order by created_at desc, id limit ${limit}
  `.execute(database);
  return rows;
}
