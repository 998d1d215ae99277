import type { Described, ModelFailure, VisionRequest } from "../contract.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A question that has time: it goes to the provider in a file with others, and costs less. */
export interface DeferredQuestion
  extends Pick<VisionRequest, "image" | "format" | "width" | "height" | "instruction" | "purpose"> {
  /** What its answer is kept by: the same for the same picture, question and model. At most 800 characters. */
  readonly key: string;
  readonly model: string;
  /** What is known of the picture; it comes back with the answer. */
  readonly facts: Json;
}

/** What became of a question. */
export type Deferred =
  /** There is nothing to be seen before. */
  | { readonly as: "waiting"; readonly until: Date }
  | {
      readonly as: "answered";
      readonly described: Described;
      readonly facts: Json;
      readonly purpose: VisionRequest["purpose"];
    }
  | { readonly as: "failed"; readonly failure: ModelFailure };

/** A job as the provider knows it. */
export interface LaneJob {
  readonly id: string;
  readonly model: string;
  readonly state: "filling" | "handing_over" | "running" | "done" | "failed";
  /** What the provider calls it; null before it was handed over. */
  readonly name: string | null;
  readonly keyLabel: string | null;
  readonly requests: number;
  readonly answered: number;
  readonly createdAt: Date;
  readonly handedOverAt: Date | null;
  readonly endedAt: Date | null;
  readonly reason: string | null;
}

/**
 * Asks models by way of their provider's batch API. What was answered is stored before anything else happens, and stays
 * until its row has a result.
 */
export interface BatchLane {
  /**
   * What became of the question with this key. A failure is told once, and only to the row whose question it was; then
   * it is forgotten, and may be asked again.
   *
   * @param since answers to older questions do not count; null for any
   * @returns null where nothing is known: ask
   */
  look(key: string, purpose: VisionRequest["purpose"], since: Date | null): Promise<Deferred | null>;
  /**
   * What became of the question of the row itself: when there may be something to be seen, where it is waited for; null
   * where it asked none. It costs less than to look.
   */
  ownOf(purpose: VisionRequest["purpose"]): Promise<Date | "answered" | null>;
  /** Until when no question can be taken; null where one can. */
  full(): Date | null;
  /** Takes a question. @returns when there may be something to be seen */
  ask(question: DeferredQuestion, since: Date | null): Promise<Date>;
  /** Micro-dollars, an estimate, of the questions of a batch that are not answered yet; a second old at most. */
  reservedMicros(batchId: string): Promise<number>;
  /** Jobs of a batch, the newest first. */
  jobs(batchId: string, limit: number): Promise<readonly LaneJob[]>;
  /** Takes up what a process before has left. */
  start(): Promise<void>;
  /** What is not handed over yet is given up: its rows are asked again. */
  close(): Promise<void>;
}
