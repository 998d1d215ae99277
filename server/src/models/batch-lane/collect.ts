import { createHash } from "node:crypto";
import { costMicros } from "../cost.ts";
import { batchLines } from "../hosted/gemini-batch-lines.ts";
import type { GeminiBatchStatus } from "../hosted/gemini-batch-status.ts";
import type { Usage } from "../hosted/provider.ts";
import type { RecordedCall } from "../ledger/contract.ts";
import { changeJob, type HeldJob } from "./jobs.ts";
import { answered, type Ended, refused, type Unanswered, unanswered } from "./outcomes.ts";
import { endRequests, forgetWaiting, readWaiting, type WaitingRequest } from "./requests.ts";
import type { BatchLaneOptions } from "./settings.ts";

/** In one transaction, and in memory. */
const rowsAtOnce = 200;

export interface CollectOptions
  extends Pick<
    BatchLaneOptions,
    | "provider"
    | "batches"
    | "lines"
    | "models"
    | "ledger"
    | "database"
    | "logger"
    | "wanted"
    | "listedMs"
    | "now"
  > {
  readonly signal: AbortSignal;
}

/**
 * Calls a job off that nobody wants any more, and once it is over reads what was answered. It may break off anywhere and
 * be begun again.
 *
 * @param status as it was just seen with the key
 * @returns whether it is over and everything is stored
 */
export async function collect(
  job: HeldJob & { readonly name: string },
  { apiKey, status }: { readonly apiKey: string | null; readonly status: GeminiBatchStatus },
  options: CollectOptions,
): Promise<boolean> {
  const { batches, database, signal, now } = options;
  const call = { apiKey, signal };
  if (status.state === "waiting" || status.state === "running") {
    if (status.reason) await changeJob(database.sql, job, { reason: status.reason });
    const wanted = await options.wanted(job.batchId);
    if (wanted === "unwanted" || wanted === "gone") await batches.cancel(job.name, call);
    return false;
  }
  // What was asked for a moment ago need not be known everywhere yet.
  const askedAt = (job.askedAt ?? job.createdAt).getTime();
  if (status.state === "missing" && now() - askedAt < options.listedMs) return false;
  const { output, state } = status;
  let outputSha256: string | null = null;
  if (output !== null) {
    await changeJob(database.sql, job, { output });
    outputSha256 = await readOutput(job, output, apiKey, options);
  }
  // What is left was billed, for all that is known, unless the provider says that it did not do the job.
  const words = `The provider's job ended as ${state}${status.reason ? `: ${status.reason}` : ""}, without an answer to this row.`;
  await giveUp(
    job,
    { reason: words, mayBePaid: state !== "failed", isForgotten: state === "cancelled" },
    options,
  );
  await changeJob(database.sql, job, {
    state: state === "succeeded" ? "done" : "failed",
    endedAt: new Date(options.now()),
    reason: state === "succeeded" ? null : words,
    ...(outputSha256 === null ? {} : { outputSha256 }),
  });
  // Only now: until here a crash would want them again. Google forgets them by itself after two days.
  for (const file of [job.file, output])
    if (file)
      await batches
        .deleteFile(file, call)
        .catch((error: unknown) => options.logger.warn({ err: error }, "a file of a job was not deleted"));
  return true;
}

/** @returns its SHA-256 in hex; null where the provider has no such file any more */
async function readOutput(
  job: HeldJob,
  output: string,
  apiKey: string | null,
  options: CollectOptions,
): Promise<string | null> {
  const bytes = await options.batches.download(output, { apiKey, signal: options.signal });
  if (bytes === null) return null;
  const hash = createHash("sha256");
  const hashed = async function* () {
    for await (const chunk of bytes) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const model = options.models.get(job.model);
  const costOf = (usage: Usage) => (model ? costMicros(model, usage, "batch") : null);
  let ended = new Map<string, Ended>();
  const store = async () => {
    const waiting = await readWaiting(options.database.sql, job.id, { ids: [...ended.keys()] });
    await storeEnded(
      job,
      waiting.map((request) => ({ request, end: ended.get(request.id) })),
      options,
    );
    ended = new Map();
  };
  for await (const text of batchLines(hashed())) {
    const line = options.lines.read(text, job.instruction, job.model);
    if (line === null || !isId(line.key)) {
      options.logger.warn({ job: job.name }, "a line of a job's answers cannot be read");
      continue;
    }
    ended.set(
      line.key,
      "answer" in line ? answered(line.key, line.answer, costOf) : refused(line.key, line.failure, costOf),
    );
    if (ended.size === rowsAtOnce) await store();
  }
  if (ended.size > 0) await store();
  return hash.digest("hex");
}

const isId = (key: string) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(key);

/** Ends all that is still waited for. */
export async function giveUp(
  job: HeldJob,
  why: Unanswered,
  options: Pick<CollectOptions, "provider" | "ledger" | "database" | "now">,
): Promise<void> {
  for (;;) {
    const waiting = await readWaiting(options.database.sql, job.id, { limit: rowsAtOnce });
    if (waiting.length === 0) return;
    await storeEnded(
      job,
      waiting.map((request) => ({ request, end: unanswered(request.id, why) })),
      options,
    );
  }
}

/** The books and the answers together: what is paid for is there, and counted, exactly once. */
async function storeEnded(
  job: HeldJob,
  ended: readonly { readonly request: WaitingRequest; readonly end: Ended | undefined }[],
  { provider, ledger, database, now }: Pick<CollectOptions, "provider" | "ledger" | "database" | "now">,
): Promise<void> {
  const calls = ended.flatMap(({ request, end }): RecordedCall[] =>
    end?.call
      ? [
          {
            id: request.id,
            ...{ provider, group: job.group ?? "", keyId: job.keyId, keyLabel: job.keyLabel },
            ...{ model: job.model, batchId: job.batchId, position: request.position },
            ...{ begunAt: job.askedAt ?? job.createdAt, endedAt: new Date(now()), end: end.call },
          },
        ]
      : [],
  );
  const requests = ended.flatMap(({ end }) => end?.request ?? []);
  const forgotten = ended.flatMap(({ request, end }) => (end?.request === null ? request.id : []));
  await database.transaction(async (tx) => {
    await ledger.record(tx, calls);
    if (requests.length > 0) await endRequests(tx, job.id, requests);
    if (forgotten.length > 0) await forgetWaiting(tx, job.id, forgotten);
  });
}
