import type { CallEnd, RecordedCall } from "../ledger/contract.ts";
import type { Generation } from "./store.ts";

/**
 * The start of a generation in the books of calls, by the name it was sent with: told twice, it counts once.
 *
 * @param now milliseconds since 1970
 */
export function entryOf(
  { startId, provider, group, keyId, keyLabel, model, sentAt }: Generation,
  end: Pick<CallEnd, "outcome" | "mayBePaid"> & Partial<CallEnd>,
  now: number,
): RecordedCall {
  if (startId === null || sentAt === null) throw new Error("What was not sent is no call.");
  return {
    ...{ id: startId, provider, group: group ?? "none", keyId, keyLabel, model },
    ...{ batchId: null, position: null, begunAt: sentAt, endedAt: new Date(now) },
    end: { modelUsed: null, usage: null, costMicros: null, ...end },
  };
}
