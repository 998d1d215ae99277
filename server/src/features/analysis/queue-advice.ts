import type { QueueStatus } from "../../engine/queue-status.ts";
import type { QueueTrouble } from "../../engine/stale.ts";

/** Some chunks break down by chance, as when a database restarts; from this share on something is wrong. */
const manyPercent = 5;

/** What an administrator should do about the queue, in plain sentences. */
export function queueAdvice({ chunks }: QueueStatus, { stuck, held, working }: QueueTrouble): string[] {
  const advice: string[] = [];
  const waiting = chunks.pending + chunks.retrying;
  if (stuck.total > 0 && !working) {
    advice.push(
      `${chunkCount(stuck.total)} ${stuck.total === 1 ? "has" : "have"} not moved for 30 minutes and no worker is alive: start a process with ROLE=worker or ROLE=all.`,
    );
  } else if (stuck.total > 0) {
    advice.push(
      `${chunkCount(stuck.total)} ${stuck.total === 1 ? "is" : "are"} held by workers that died; the next one gives them back within seconds. If they stay, restart the workers, or call the cleanup with clean_database=false.`,
    );
  } else if (waiting > 0 && chunks.processing === 0) {
    advice.push(
      `${chunkCount(waiting)} ${waiting === 1 ? "waits" : "wait"} and none is being worked on. If this stays so, check that a process with ROLE=worker or ROLE=all is running.`,
    );
  }
  const ended = chunks.completed + chunks.brokenDown;
  if (chunks.brokenDown > 0 && (chunks.brokenDown / ended) * 100 >= manyPercent) {
    advice.push(
      `${chunkCount(chunks.brokenDown)} broke down before all rows had a result: look in the log for "a slice broke down", then force-start their batches.`,
    );
  }
  for (const { id, name, reason } of held.batches) {
    advice.push(`The batch "${name}" (${id}) is held: ${reason} Resume it once that is mended.`);
  }
  const more = held.total - held.batches.length;
  if (more > 0) advice.push(`${more} more ${more === 1 ? "batch is" : "batches are"} held.`);
  return advice.length > 0 ? advice : ["Queue is operating normally"];
}

const chunkCount = (count: number) => `${count} ${count === 1 ? "chunk" : "chunks"}`;
