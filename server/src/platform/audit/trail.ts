import type { FastifyRequest } from "fastify";
import type { Database } from "../database/database.ts";
import type { Transaction } from "../database/sql.ts";
import { actorOf } from "./actor.ts";
import type { Audit } from "./audit.ts";
import { type ExportStatistics, exportStatistics } from "./export-statistics.ts";

type Details = Readonly<Record<string, unknown>>;

/** The record of who did what, as routes write it. */
export interface Trail {
  /** Written in the transaction of what is done, so that it is there exactly if that took effect. */
  within(
    request: FastifyRequest,
    action: string,
    target: string | null,
    details?: Details,
  ): (tx: Transaction) => Promise<void>;
  /** Written by itself, for what changes nothing. */
  note(request: FastifyRequest, action: string, target: string | null, details?: Details): Promise<void>;
  exportStatistics(now: Date): Promise<ExportStatistics>;
}

export function createTrail(audit: Audit, database: Pick<Database, "sql">): Trail {
  return {
    within:
      (request, action, target, details = {}) =>
      (tx) =>
        audit.record(tx, { action, target, details, by: actorOf(request) }),
    note: (request, action, target, details = {}) =>
      audit.record(database.sql, { action, target, details, by: actorOf(request) }),
    exportStatistics: (now) => exportStatistics(database.sql, now),
  };
}
