import type { CommandResponse, PgBoss } from "pg-boss";
import type { Database } from "../database/database.ts";
import { type SqlExecutor, sqlExecutor } from "../database/executor.ts";
import type { Transaction } from "../database/sql.ts";
import { type Attempt, forbidRetry } from "./tables.ts";

/** A job that this process works on. */
export interface Claim extends Attempt {
  readonly data: unknown;
  readonly retryLimit: number;
  /** How it died; of jobs in a dead letter. */
  readonly died: { readonly jobId: string; readonly error: string; readonly attempts: number } | undefined;
}

/** What became of a try that failed; `lost` = it was no longer ours. */
export type Failed = "again" | "dead" | "lost";

/** The life of a claim in the database. Everything is fenced: of a claim that was lost nothing takes effect. */
export interface Claims {
  take(queue: string, limit: number): Promise<readonly Claim[]>;
  /** @returns false when the claim was lost */
  complete(claim: Claim, tx?: Transaction): Promise<boolean>;
  /** @param againInMs pause before the next try; undefined = there is none */
  fail(claim: Claim, message: string, againInMs: number | undefined): Promise<Failed>;
  /** @returns those of one queue that are still ours, by id */
  renew(queue: string, claims: readonly Claim[]): Promise<ReadonlySet<string>>;
}

export function createClaims(boss: PgBoss, database: Database): Claims {
  return {
    async take(queue, limit) {
      const jobs = await boss.fetch(queue, { batchSize: limit, includeMetadata: true });
      return jobs.map(({ id, data, retryCount, retryLimit, sourceId, sourceRetryCount, sourceOutput }) => ({
        queue,
        id,
        data,
        retryCount,
        retryLimit,
        died: sourceId
          ? { jobId: sourceId, error: messageOf(sourceOutput), attempts: (sourceRetryCount ?? 0) + 1 }
          : undefined,
      }));
    },

    async complete(claim, tx) {
      const options = { db: tx ? sqlExecutor(tx) : sqlExecutor(database.sql) };
      // A job that is done is deleted: what waits is never searched among what is over. A dead one stays to be seen.
      const settled = claim.died
        ? await boss.complete(claim.queue, attemptOf(claim), {}, options)
        : await boss.deleteJob(claim.queue, attemptOf(claim), options);
      return idsOf(settled).has(claim.id);
    },

    fail: (claim, message, againInMs) =>
      database.transaction(async (tx) => {
        const db: SqlExecutor = sqlExecutor(tx);
        if (againInMs === undefined) await forbidRetry(tx, claim);
        const settled = await boss.fail(claim.queue, attemptOf(claim), { message }, { db });
        if (!idsOf(settled).has(claim.id)) return "lost";
        if (againInMs === undefined || claim.retryCount >= claim.retryLimit) return "dead";
        // pg-boss pauses in whole seconds.
        await boss.update(claim.queue, undefined, {
          id: claim.id,
          startAfter: `${againInMs} milliseconds`,
          db,
        });
        return "again";
      }),

    async renew(queue, claims) {
      return idsOf(await boss.touch(queue, claims.map(attemptOf)));
    },
  };
}

const attemptOf = ({ id, retryCount }: Attempt) => ({ id, retryCount });

/** Which jobs a statement of pg-boss settled. Its declared type is empty, its documentation has the fields. */
export function idsOf(response: CommandResponse): ReadonlySet<string> {
  if ("settled" in response && Array.isArray(response.settled)) return new Set(response.settled);
  throw new Error("pg-boss no longer says which jobs it settled.");
}

/** Ours is `{ message }`; pg-boss's own, of jobs that it took back, is `{ value: { message } }`. */
function messageOf(output: unknown): string {
  if (typeof output !== "object" || output === null) return "unknown";
  if ("message" in output && typeof output.message === "string") return output.message;
  return "value" in output ? messageOf(output.value) : "unknown";
}
