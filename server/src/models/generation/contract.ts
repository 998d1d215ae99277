import type { QueryExecutorProvider } from "kysely";
import type { Transaction } from "../../platform/database/sql.ts";
import type { GenerationFailure, ImageProvider, Prepared, Succeeded } from "../images/contract.ts";
import type { Quotas } from "../quotas/contract.ts";

/** A provider of pictures as it is configured. */
export interface ImageLine {
  readonly provider: ImageProvider;
  /** Whether starts cost nobody anything: then one that is lost is not paid for twice. */
  readonly free: boolean;
  /** What a model's starts take from; null where nothing is limited and no key is asked for. */
  quotas(model: string): Quotas | null;
  /**
   * A place among the starts that this process has under way, to be left when it is over: an answer with pictures takes up
   * to some hundred megabytes.
   *
   * @param wait who waits is let in before those who come back later
   * @returns null where there is none in time
   */
  enter(wait: { readonly patienceMs: number; readonly signal: AbortSignal }): Promise<(() => void) | null>;
  /** The key with this id; null where it is no longer configured. */
  secretOf(keyId: string | null): string | null;
  /** Where the provider may say that something has changed; null where it cannot reach this service. */
  callback(generationId: string): { readonly url: string } | null;
}

export interface NewGeneration {
  readonly id: string;
  readonly jobId: string;
  readonly number: number;
  readonly provider: string;
  readonly model: string;
  readonly prepared: Prepared;
}

/** A picture that was made: to be fetched, or among the stored files. */
export type MadePicture = ({ readonly url: string } | { readonly file: string }) & {
  /** The id it is stored under for good, whoever stores it how often. */
  readonly id: string;
  readonly seed: number | null;
};

/** What came of a start; stored before anything is done with it. */
export interface Made
  extends Pick<Succeeded, "dropped" | "unreadable" | "model" | "seconds" | "usage" | "costMicros"> {
  readonly pictures: readonly MadePicture[];
  /** When that was known. Milliseconds since 1970. */
  readonly at: number;
}

/** Why nothing came of a start. */
export interface Failure {
  readonly kind:
    | GenerationFailure["kind"]
    | "model_unknown"
    /** No key of the provider's is accepted. */
    | "unusable"
    /** What was made is not there any more. */
    | "gone";
  /** One plain sentence. */
  readonly reason: string;
}

/** How a generation is after somebody has looked at it. */
export type Advanced =
  | {
      readonly as: "later";
      readonly at: Date;
      /** From 0 to 1; null where nobody knows, or nothing was begun. */
      readonly progress: number | null;
    }
  | { readonly as: "made"; readonly made: Made }
  | { readonly as: "failed"; readonly failure: Failure; readonly lost: number }
  | { readonly as: "cancelled" };

export interface AdvanceOptions {
  readonly signal: AbortSignal;
  /** Within the transaction that says that it is about to be sent. */
  readonly onBegin: (tx: Transaction) => Promise<void>;
  /** From 0 to 1. */
  readonly onProgress: (progress: number) => void;
  /** How long a place to start from is waited for before the work is laid aside. Milliseconds; 0 where nothing is said. */
  readonly patienceMs?: number;
}

/** How a generation stands, for whoever shows it. */
export interface GenerationStatus {
  readonly jobId: string;
  readonly state: "planned" | "sent" | "running" | "made" | "failed" | "cancelled";
  /** Starts that went out and brought no answer, where they may have been billed. */
  readonly lost: number;
  /** Millionths of a dollar, an estimate; null where it is not known. */
  readonly costMicros: number | null;
}

/**
 * Starts of models that make pictures, each durable: what was begun is found again after a crash, and what came back is
 * stored before anything else happens. Whoever has a generation advances it, one process at a time, until it has ended.
 */
export interface Generations {
  plan(tx: QueryExecutorProvider, generations: readonly NewGeneration[]): Promise<void>;
  /** Ids of a job's generations, in their order. */
  ofJob(jobId: string): Promise<readonly string[]>;
  /** Does what can be done now. @throws {Overtaken} where another process has gone on with it */
  advance(id: string, options: AdvanceOptions): Promise<Advanced>;
  /** Has one that failed begin anew. */
  again(tx: QueryExecutorProvider, id: string): Promise<void>;
  /** Has those of a job that have not ended end as soon as they are advanced, at their provider too. */
  cancel(tx: QueryExecutorProvider, jobId: string): Promise<void>;
  status(jobIds: readonly string[]): Promise<readonly GenerationStatus[]>;
  /** The job of a generation, whose provider has said that something has changed; null where there is none. */
  jobOf(
    id: string,
  ): Promise<{ readonly jobId: string; readonly provider: string; readonly keyId: string | null } | null>;
  /** Removes those of jobs that are gone. */
  forget(tx: QueryExecutorProvider, jobIds: readonly string[]): Promise<void>;
}

/** Another process goes on with the generation, having taken this one for dead: whatever was to be done, it does. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}
