import type { z } from "zod";
import type { Transaction } from "../database/sql.ts";
import type { Claim, Claims } from "./claims.ts";
import { PermanentFailure } from "./errors.ts";
import type { Payload, Queue } from "./queue.ts";

/** A try of a job. */
interface Job<Data> {
  readonly id: string;
  readonly data: Data;
  /** 1 the first time. */
  readonly attempt: number;
  /** If this try fails, the job goes to the dead letter. */
  readonly lastAttempt: boolean;
  /**
   * Completes the job in the transaction of what it wrote, so that both happen or neither. A handler that returns
   * without having called it completes the job by that, just after.
   *
   * @returns false when the job is no longer ours (it took too long, or this process seemed dead): throw, so that the
   *   transaction rolls back, since somebody else is doing the same
   */
  complete(tx: Transaction): Promise<boolean>;
}

/** A job that failed for good. */
interface DeadJob<Data> {
  /** The id it had while it was alive. */
  readonly id: string;
  /** Undefined where the payload was the reason. */
  readonly data: Data | undefined;
  /** The message of the last try. */
  readonly error: string;
  readonly attempts: number;
  complete(tx: Transaction): Promise<boolean>;
}

/**
 * Works on a job; to return is to complete it, to throw is to have it tried again after a pause, and to throw
 * {@link PermanentFailure} is to give it up. The message of what is thrown is stored.
 *
 * @param signal aborted when the job takes too long, is no longer ours, or the process is about to end
 */
export type Handler<Data> = (job: Job<Data>, signal: AbortSignal) => Promise<void>;

/** Hears of a job that failed for good; if it throws, it hears again later. */
export type DeadHandler<Data> = (job: DeadJob<Data>, signal: AbortSignal) => Promise<void>;

/** A handler in the form the loop calls, which knows nothing of payloads. */
export type Call = (claim: Claim, complete: Claims["complete"], signal: AbortSignal) => Promise<void>;

export function callHandler<Schema extends Payload>(
  queue: Queue<Schema>,
  handler: Handler<z.output<Schema>>,
): Call {
  return async (claim, complete, signal) => {
    const payload = queue.schema.safeParse(claim.data);
    if (!payload.success) throw new PermanentFailure(misfit(payload.error));
    const job: Job<z.output<Schema>> = {
      id: claim.id,
      data: payload.data,
      attempt: claim.retryCount + 1,
      lastAttempt: claim.retryCount >= claim.retryLimit,
      complete: (tx) => complete(claim, tx),
    };
    await handler(job, signal);
  };
}

export function callDeadHandler<Schema extends Payload>(
  queue: Queue<Schema>,
  handler: DeadHandler<z.output<Schema>>,
): Call {
  return async (claim, complete, signal) => {
    const payload = queue.schema.safeParse(claim.data);
    const { jobId: id, error, attempts } = claim.died ?? { jobId: claim.id, error: "unknown", attempts: 0 };
    const data = payload.success ? payload.data : undefined;
    await handler({ id, data, error, attempts, complete: (tx) => complete(claim, tx) }, signal);
  };
}

/** Names the fields, never their values. */
function misfit({ issues }: z.ZodError): string {
  const places = issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.map(String).join(".") || "payload"}: ${code}`);
  return `The payload is not what this release expects (${places.join(", ")}).`;
}
