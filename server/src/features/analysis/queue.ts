import type { Engine } from "../../engine/engine.ts";
import type { QueueStatus } from "../../engine/queue-status.ts";
import { kindName } from "./rows.kind.ts";

/** The queue of this API; the engine has one for each kind of batch. */
export async function queueOf(engine: Engine): Promise<QueueStatus> {
  const queue = (await engine.queues()).find(({ kind }) => kind === kindName);
  if (!queue) throw new Error(`the engine does not know the kind ${kindName}`);
  return queue;
}
