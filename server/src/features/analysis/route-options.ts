import type { FastifyRequest } from "fastify";
import type { Engine } from "../../engine/engine.ts";
import type { BatchLane } from "../../models/batch-lane/contract.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import type { ShowPage } from "../../platform/auth/show-page.ts";
import type { Downloads } from "../../platform/http/downloads.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import { limitTo, type Rate } from "../../platform/limits/inbound.ts";
import type { ShowPicture } from "../../platform/outbound/shown-picture.ts";
import type { ModelTerms } from "./estimate.ts";
import type { Choices } from "./upload-fields.ts";
import type { CallBooks } from "./usage.ts";

export interface AnalysisRoutesOptions {
  readonly engine: Engine;
  readonly idempotency: Idempotency;
  readonly chunkSize: number;
  readonly maxActive: number;
  readonly choices: Choices;
  /** By models whose provider has a batch API. */
  readonly lanes: ReadonlyMap<string, Pick<BatchLane, "jobs">>;
  /** Until when every key of a model rests; null where one does not. */
  readonly waitingUntil: (model: string | null) => Promise<Date | null>;
  /** What calls to models have cost; absent where none is made. */
  readonly ledger: CallBooks;
  /** What is known of a model before it is asked, by its name or null for the usual one; null where there is none. */
  readonly termsOf: (model: string | null) => ModelTerms | null;
  readonly trail: Trail;
  readonly downloads: Downloads;
  readonly showPage: ShowPage;
  readonly showPicture: ShowPicture;
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
