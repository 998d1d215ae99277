import type { z } from "zod";

/** Payloads are JSON objects, so that a later release can add a field. */
export type Payload = z.ZodType<object, object>;

/** A kind of job: what its payload is and how it is tried. A value; {@link createJobs} makes the queue of it. */
export interface Queue<Schema extends Payload = Payload> {
  readonly name: string;
  readonly schema: Schema;
  readonly concurrency: number;
  readonly retryLimit: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  readonly expireSeconds: number;
}

export interface QueueOptions<Schema extends Payload> {
  /** Of the payload. It is checked when a job is sent and again when it starts: another release may have sent it. */
  readonly schema: Schema;
  /** Jobs that one process works on at once; 1 where nothing is said. */
  readonly concurrency?: number;
  /** How often a failed job is tried again before it goes to the dead letter; 3. A worker that died counts as a try. */
  readonly retryLimit?: number;
  /** Pause before the first repetition; it doubles each time. 1000. */
  readonly retryBaseMs?: number;
  /** Longest pause; ten minutes. */
  readonly retryMaxMs?: number;
  /** A try that takes longer has failed; its signal is aborted. 300. */
  readonly expireSeconds?: number;
}

/** @param name lower case, digits and hyphens; it is in the database, so it stays */
export function defineQueue<Schema extends Payload>(
  name: string,
  options: QueueOptions<Schema>,
): Queue<Schema> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new Error(`${name} is no name for a queue.`);
  return {
    name,
    schema: options.schema,
    concurrency: options.concurrency ?? 1,
    retryLimit: options.retryLimit ?? 3,
    retryBaseMs: options.retryBaseMs ?? 1000,
    retryMaxMs: options.retryMaxMs ?? 600_000,
    expireSeconds: options.expireSeconds ?? 300,
  };
}

/** Where the jobs of a queue go that failed for good. The dot keeps it apart from every name a queue can have. */
export const deadLetterOf = (name: string) => `${name}.dead`;
