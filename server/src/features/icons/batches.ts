import type { Engine } from "../../engine/engine.ts";
import type { Batch } from "../../engine/records.ts";
import type { Identity } from "../../platform/auth/identity.ts";
import type { IconBatch } from "./answers.ts";
import { iconBatchOptions } from "./batch-plan.ts";
import { batchNotFound } from "./errors.ts";
import { batchKind } from "./icons.kind.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const asIconBatch = (batch: Batch): IconBatch => ({
  ...batch,
  options: iconBatchOptions.parse(batch.options),
});

/**
 * A caller's batch of icons; an administrator's are all of them.
 *
 * @returns null for somebody else's as for one that there is not, and for what is no id at all
 */
export async function readBatch(
  engine: Pick<Engine, "read">,
  id: string,
  { owner, admin }: Pick<Identity, "owner" | "admin">,
): Promise<IconBatch | null> {
  const batch = uuid.test(id) ? await engine.read(id.toLowerCase()) : null;
  if (batch?.kind !== batchKind || (batch.owner !== owner && !admin)) return null;
  return asIconBatch(batch);
}

/**
 * The same.
 *
 * @throws {AppError} 404 `batch_not_found` where there is none
 */
export async function findBatch(...asked: Parameters<typeof readBatch>): Promise<IconBatch> {
  const batch = await readBatch(...asked);
  if (!batch) throw batchNotFound();
  return batch;
}
