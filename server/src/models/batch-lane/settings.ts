import type { Logger } from "pino";
import type { Database } from "../../platform/database/database.ts";
import type { Instruction } from "../contract.ts";
import type { BatchLine, batchRequestLine } from "../hosted/gemini-batch-lines.ts";
import type { GeminiBatches } from "../hosted/gemini-batches.ts";
import type { HostedModel } from "../hosted/hosted-vision.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { KeyGroup, Quotas } from "../quotas/contract.ts";

/** What is to become of a batch's questions: those of a batch that rests are not handed over. */
export type Wanted =
  | "wanted"
  | "resting"
  /** Cancelled: what is asked already is called off, what is answered is kept. */
  | "unwanted"
  /** Every row has its result. */
  | "over"
  /** The batch was removed: what is asked already is called off, and what is known of it forgotten. */
  | "gone";

export interface BatchLaneOptions {
  /** By what its jobs are told from those of others in the database, and in the books. */
  readonly provider: string;
  readonly batches: GeminiBatches;
  readonly lines: {
    readonly write: typeof batchRequestLine;
    readonly read: (line: string, instruction: Instruction, model: string) => BatchLine | null;
  };
  readonly models: ReadonlyMap<string, HostedModel>;
  readonly quotas: Quotas;
  readonly groups: readonly KeyGroup[];
  readonly ledger: Ledger;
  readonly database: Pick<Database, "engine" | "sql" | "transaction">;
  readonly logger: Pick<Logger, "info" | "warn" | "error">;
  /** Of files that are being filled. */
  readonly folder: string;
  /** A file holds so many questions at most, and bytes. */
  readonly maxRequests: number;
  readonly maxBytes: number;
  /** Jobs of one group that the provider is given at a time, with their files. */
  readonly maxJobs: number;
  /** A file that nothing came to for so long is handed over; and one that is ten times as old. Milliseconds. */
  readonly fillMs: number;
  /** How often files and jobs are seen to while there are any; twenty times that where there are none. Milliseconds. */
  readonly tickMs: number;
  /** The longest time between two looks at a job. Milliseconds. */
  readonly pollMs: number;
  /** After so long the provider lists a job, if it has it. Milliseconds. */
  readonly listedMs: number;
  /** What a model may say at most, its thinking included. */
  readonly maxOutputTokens: number;
  readonly wanted: (batchId: string) => Promise<Wanted>;
  readonly now: () => number;
}
