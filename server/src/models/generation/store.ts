import { type QueryExecutorProvider, sql } from "kysely";
import type { JsonObject, Operation, Prepared } from "../images/contract.ts";
import { type Failure, type GenerationStatus, type Made, type NewGeneration, Overtaken } from "./contract.ts";

/** A row of `image_generations`. */
export interface Generation extends Omit<NewGeneration, "number"> {
  readonly state: GenerationStatus["state"];
  readonly version: number;
  readonly startId: string | null;
  readonly group: string | null;
  readonly keyId: string | null;
  readonly keyLabel: string | null;
  readonly sentAt: Date | null;
  readonly operation: Operation | null;
  readonly progress: number | null;
  readonly looks: number;
  readonly lost: number;
  readonly result: Made | null;
  readonly failure: Failure | null;
  readonly cancelRequestedAt: Date | null;
}

const columns = sql`
  id, job_id as "jobId", provider, model, prepared, state, version, start_id as "startId", quota_group as "group",
  key_id as "keyId", key_label as "keyLabel", sent_at as "sentAt", operation, progress, looks, lost, result, failure,
  cancel_requested_at as "cancelRequestedAt"`;

export async function insertGenerations(
  database: QueryExecutorProvider,
  generations: readonly NewGeneration[],
): Promise<void> {
  const rows = generations.map(
    ({ id, jobId, number, provider, model, prepared }) =>
      sql`(${id}::uuid, ${jobId}::uuid, ${number}::integer, ${provider}, ${model}, ${json(prepared)}, 'planned', now())`,
  );
  await sql`
    insert into image_generations (id, job_id, number, provider, model, prepared, state, created_at)
    values ${sql.join(rows)}
  `.execute(database);
}

export async function readGeneration(
  database: QueryExecutorProvider,
  id: string,
): Promise<Generation | undefined> {
  const { rows } = await sql<Generation>`
    select ${columns} from image_generations where id = ${id}
  `.execute(database);
  return rows[0];
}

export async function idsOfJob(database: QueryExecutorProvider, jobId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from image_generations where job_id = ${jobId} order by number
  `.execute(database);
  return rows.map(({ id }) => id);
}

/** What may be said of a generation, by the column it is in. */
interface Change {
  readonly state?: Generation["state"];
  readonly startId?: string;
  readonly group?: string;
  readonly keyId?: string | null;
  readonly keyLabel?: string | null;
  readonly sentAt?: Date;
  readonly operation?: Operation | null;
  readonly progress?: number | null;
  readonly looks?: number;
  readonly lost?: number;
  readonly result?: Made;
  readonly failure?: Failure | null;
}

const names: Readonly<Record<keyof Change, string>> = {
  state: "state",
  startId: "start_id",
  group: "quota_group",
  keyId: "key_id",
  keyLabel: "key_label",
  sentAt: "sent_at",
  operation: "operation",
  progress: "progress",
  looks: "looks",
  lost: "lost",
  result: "result",
  failure: "failure",
};
const jsonColumns: ReadonlySet<string> = new Set(["operation", "result", "failure"]);

/**
 * Changes what was read, if nobody else has changed it since.
 *
 * @throws {Overtaken}
 */
export async function change(
  database: QueryExecutorProvider,
  { id, version }: Pick<Generation, "id" | "version">,
  changes: Change,
): Promise<Generation> {
  const set = Object.entries(changes).map(([name, value]) => {
    const column = sql.ref(names[name as keyof Change]);
    return jsonColumns.has(name) && value !== null
      ? sql`${column} = ${json(value as object)}`
      : sql`${column} = ${value}`;
  });
  const { rows } = await sql<Generation>`
    update image_generations set version = version + 1, ${sql.join(set)}
    where id = ${id} and version = ${version} returning ${columns}
  `.execute(database);
  const [changed] = rows;
  if (!changed) throw new Overtaken("Another process goes on with this generation.");
  return changed;
}

/** Leaves the version as it is: whoever is at work learns of it when it next looks. */
export async function requestCancel(database: QueryExecutorProvider, jobId: string): Promise<void> {
  await sql`
    update image_generations set cancel_requested_at = coalesce(cancel_requested_at, now())
    where job_id = ${jobId} and state in ('planned', 'sent', 'running')
  `.execute(database);
}

export async function isCancelRequested(database: QueryExecutorProvider, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from image_generations where id = ${id} and cancel_requested_at is not null
  `.execute(database);
  return rows.length > 0;
}

export async function planAgain(database: QueryExecutorProvider, id: string): Promise<void> {
  await sql`
    update image_generations
    set version = version + 1, state = 'planned', failure = null, operation = null, progress = null, looks = 0
    where id = ${id} and state = 'failed'
  `.execute(database);
}

/** Until the transaction ends nobody else takes an operation of this provider's for a start's of its own. */
export async function lockAdoption(database: QueryExecutorProvider, provider: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`image_generations ${provider}`}))`.execute(database);
}

/** Which of these operations are another generation's. */
export async function heldByOthers(
  database: QueryExecutorProvider,
  { id, provider, sentAt }: Pick<Generation, "id" | "provider" | "sentAt">,
  operations: readonly Operation[],
): Promise<ReadonlySet<string>> {
  const texts = operations.map(operationText);
  const { rows } = await sql<{ text: string }>`
    select operation::text as text from image_generations
    where provider = ${provider} and id <> ${id} and operation is not null
      and sent_at > ${sentAt}::timestamptz - interval '1 hour'
      and operation::jsonb = any (array(select jsonb_array_elements(${`[${texts.join()}]`}::text::jsonb)))
  `.execute(database);
  return new Set(rows.map(({ text }) => operationText(JSON.parse(text) as JsonObject)));
}

/** With its keys in order, so that it can be compared. */
export const operationText = (operation: Operation): string =>
  JSON.stringify(Object.fromEntries(Object.entries(operation).sort(([a], [b]) => (a < b ? -1 : 1))));

export async function statusOfJobs(
  database: QueryExecutorProvider,
  jobIds: readonly string[],
): Promise<readonly (GenerationStatus & Pick<Generation, "provider">)[]> {
  const { rows } = await sql<GenerationStatus & Pick<Generation, "provider">>`
    select job_id as "jobId", provider, state, lost, (result->>'costMicros')::bigint as "costMicros"
    from image_generations where job_id = any(${jobIds}::uuid[]) order by job_id, number
  `.execute(database);
  return rows;
}

export async function removeOfJobs(
  database: QueryExecutorProvider,
  jobIds: readonly string[],
): Promise<void> {
  await sql`delete from image_generations where job_id = any(${jobIds}::uuid[])`.execute(database);
}

const json = (value: Prepared | object) => sql`${JSON.stringify(value)}::text::json`;
