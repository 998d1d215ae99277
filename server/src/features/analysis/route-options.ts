import type { FastifyRequest } from "fastify";
import type { Engine } from "../../engine/engine.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import { limitTo, type Rate } from "../../platform/limits/inbound.ts";
import type { Downloads } from "./exports/download.ts";

export interface AnalysisRoutesOptions {
  readonly engine: Engine;
  readonly idempotency: Idempotency;
  readonly chunkSize: number;
  readonly maxActive: number;
  /** Names of the models that a batch may ask for. */
  readonly models: readonly string[];
  readonly trail: Trail;
  readonly downloads: Downloads;
  readonly rate: Rate | null;
  readonly now: () => Date;
}

export const tags = ["analysis"];

export const routeConfig = ({ rate }: AnalysisRoutesOptions) =>
  ({ access: "open", ...limitTo("analysis", rate) }) as const;

/** The envelope of every answer. */
export const answerWith =
  (now: () => Date) =>
  <Data>(data: Data, message?: string) => ({
    success: true as const,
    data,
    ...(message === undefined ? {} : { message }),
    timestamp: now().toISOString(),
  });

/** Whose request it is, for the records: batches belong to the installation. */
export const ownerOf = (request: FastifyRequest): string => request.identity.owner;
