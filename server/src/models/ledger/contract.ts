import type { QueryExecutorProvider } from "kysely";
import type { Described } from "../contract.ts";

/** The books of every call to a provider. */
export interface Ledger {
  /**
   * Writes that a call is about to be sent; it is on disk when this resolves. Nothing is sent without.
   *
   * @throws {DatabaseUnavailable} at once: a slot of a quota is for now, and not for when the database is back
   */
  begin(entry: CallEntry): Promise<Call>;
  /**
   * Writes calls that were made and have ended, whose ids are known before: said twice they count once. Whoever stores
   * what they brought does so in the same transaction.
   */
  record(tx: QueryExecutorProvider, calls: readonly RecordedCall[]): Promise<void>;
  /** What a batch has cost: of this process to the call, of others as it was at most a second ago. */
  spent(batchId: string): Promise<Spent>;
  batchUsage(batchId: string): Promise<Usage>;
  /** Calls of a batch that may have been billed and brought no answer, in the order of its rows. */
  unanswered(batchId: string, limit: number): Promise<readonly UnansweredCall[]>;
  /** Per key and day in UTC, the newest first, from the day of `since` on. */
  keyUsage(since: Date): Promise<readonly KeyUsage[]>;
  /** Gives up calls whose processes are gone. It goes on doing so by itself. @returns how many batches they were of */
  recover(): Promise<number>;
  /**
   * Removes calls that ended before, but for what {@link Ledger.unanswered} tells of batches that are there; sums stay.
   *
   * @returns how many
   */
  forget(before: Date): Promise<number>;
  /** Writes what has ended; for whoever reads the books with SQL of their own. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Call {
  readonly id: string;
  /** Exactly once; further calls do nothing. It is written soon, and needs no waiting for. */
  end(end: CallEnd): void;
}

/** A call as it is begun. */
export interface CallEntry {
  readonly provider: string;
  /** Whose quota it takes from. */
  readonly group: string;
  /** A hash of the key, and what people see of it; null where the provider asks for none. */
  readonly keyId: string | null;
  readonly keyLabel: string | null;
  /** The model that is asked, by its id in the catalog. */
  readonly model: string;
  /** What it is for; null where it is for no row of a batch. */
  readonly batchId: string | null;
  readonly position: number | null;
}

/** A call of which nothing is left to be written. */
export interface RecordedCall extends CallEntry {
  /** A UUID. */
  readonly id: string;
  readonly begunAt: Date;
  readonly endedAt: Date;
  readonly end: CallEnd;
}

/** How a call ended. */
export interface CallEnd {
  readonly outcome:
    | "answered"
    /** Answered, in JSON that had to be mended. */
    | "repaired"
    | "refused"
    | "invalid_output"
    | "rate_limited"
    | "key_unusable"
    | "unavailable"
    | "rejected"
    /** Nothing was sent. */
    | "unused";
  /** The model that answered, as the provider says; null where none did. */
  readonly modelUsed: string | null;
  /** Tokens as the provider counted them; null where it did not. */
  readonly usage: Described["usage"];
  /** Null where a price is not known, and where nothing was billed. */
  readonly costMicros: number | null;
  /** It may have been billed although nothing came back; absent: whenever it is `unavailable`. */
  readonly mayBePaid?: boolean;
}

/**
 * Told of every call that has ended here, once, before it is written.
 *
 * @param tookMs from sending to the answer; null where nobody waited for it
 */
export type OnCallEnded = (call: CallEntry, end: CallEnd, tookMs: number | null) => void;

/** What the calls of a batch have cost. */
export interface Spent {
  /** Millionths of a dollar, an estimate. */
  readonly costMicros: number;
  /** Billed calls whose price is not known. */
  readonly unpriced: number;
}

/** What calls came to. */
export interface Usage {
  /** Those that were sent and have ended. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Millionths of a dollar, an estimate: of all calls whose price is known. Null where none is. */
  readonly costMicros: number | null;
  /** Billed calls whose price is not known. */
  readonly unpriced: number;
  /** Calls that may have been billed and brought no answer: whoever asked them asked again, or will. */
  readonly possiblyPaidTwice: number;
}

export interface KeyUsage extends Usage {
  readonly provider: string;
  readonly group: string;
  readonly keyId: string | null;
  readonly keyLabel: string | null;
  /** UTC, such as `2026-11-21`. */
  readonly day: string;
}

/** A call that may have been billed and brought no answer. */
export interface UnansweredCall {
  readonly position: number | null;
  readonly begunAt: Date;
  readonly model: string;
  readonly keyLabel: string | null;
  readonly outcome: string;
  /** Whether its row was asked again since. */
  readonly askedAgain: boolean;
}
