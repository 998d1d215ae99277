import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { RequestSummary } from "./answers.ts";
import { kindName } from "./catalog.kind.ts";
import { requestNotFound } from "./refusals.ts";
import { type CatalogStatus, requestStatus } from "./statuses.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Null where there is none, also for what is no id at all. */
export async function readRequest(engine: Pick<Engine, "read">, id: string): Promise<Batch | null> {
  const batch = uuid.test(id) ? await engine.read(id.toLowerCase()) : null;
  return batch?.kind === kindName ? batch : null;
}

/** @throws {AppError} 404 `request_not_found` */
export async function findRequest(engine: Pick<Engine, "read">, id: string): Promise<Batch> {
  const batch = await readRequest(engine, id);
  if (!batch) throw requestNotFound();
  return batch;
}

export const hasEnded = (status: CatalogStatus): boolean => status === "completed" || status === "failed";

export function summaryOf(batch: Batch): RequestSummary {
  const status = requestStatus(batch);
  const completed = batch.succeeded;
  // What was not begun when a request was stopped comes to nothing any more.
  const failed = hasEnded(status) ? batch.items - completed : batch.failed;
  return {
    id: batch.id,
    status,
    total: batch.items,
    completed,
    failed,
    remaining: batch.items - completed - failed,
    savedBytes: batch.amount,
  };
}
