import { createHash, randomUUID } from "node:crypto";
import type { Finished } from "../../engine/create.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Json } from "../../engine/kind.ts";
import type { Batch } from "../../engine/records.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import type { FormPart } from "../../platform/http/form-parts.ts";
import { takeUpload, type UploadAnswer } from "../../platform/http/form-upload.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import type { BatchOptions } from "./batch-options.ts";
import { formRefusals, notCalledCsv, tooManyActive, toUploadError } from "./errors.ts";
import { kindName } from "./rows.kind.ts";
import { type BatchFields, type Choices, readFields } from "./upload-fields.ts";
import { type WrittenRows, writeRows } from "./write-rows.ts";

/** Largest file in bytes, as it is sent and as it is unpacked. */
export const maxUploadBytes = 200 * 2 ** 20;

export interface CreateBatchOptions {
  readonly engine: Engine;
  readonly idempotency: Idempotency;
  readonly chunkSize: number;
  readonly maxActive: number;
  readonly choices: Choices;
  readonly now: () => Date;
}

export interface Upload {
  readonly owner: string;
  readonly idempotencyKey: string | null;
  readonly parts: AsyncIterable<FormPart>;
  /** Refuses a file that is not called like a CSV, as the web form does. */
  readonly csvNames: boolean;
  /** Takes effect together with the batch. */
  readonly also: (batch: Batch) => (tx: Transaction) => Promise<void>;
}

interface Written {
  readonly fileName: string | null;
  readonly writer: Awaited<ReturnType<typeof writeRows>>["writer"];
  readonly rows: WrittenRows;
}

/**
 * A form with a CSV file → a batch, started unless that was declined. The file streams into a hidden batch; what makes
 * it visible, starts it and stores the answer for its `Idempotency-Key` is one transaction. So a caller that got no
 * answer sends the same again, and there is one batch.
 */
export async function createBatch(options: CreateBatchOptions, upload: Upload): Promise<UploadAnswer> {
  const { engine, idempotency, chunkSize, maxActive, now } = options;
  const requestedAt = await engine.now();
  const begin = () =>
    engine.write({
      id: randomUUID(),
      kind: kindName,
      owner: upload.owner,
      name: "",
      options: {},
      priority: 0,
      chunkSize,
    });

  try {
    return await takeUpload<Written>({
      ...{ idempotency, parts: upload.parts, refusals: formRefusals },
      scope: `analysis ${textHash(upload.owner)}`,
      key: upload.idempotencyKey,
      expectFile({ name }) {
        if (upload.csvNames && !/\.csv(\.gz)?$/i.test(name)) throw notCalledCsv(name);
      },
      async write({ name, bytes }) {
        const rows = await writeRows(bytes, maxUploadBytes, begin);
        // `filename*` may spell any character, and the database takes no NUL.
        return { fileName: name.replaceAll("\u0000", "") || null, ...rows };
      },
      async finish({ writer, rows, fileName }, texts, store) {
        const fields = readFields(texts, { ...options.choices, now: requestedAt });
        let body: Json = null;
        await writer.finish({
          name: fields.name,
          options: optionsOf(fields, rows, { fileName, chunkSize, requestedAt: requestedAt.toISOString() }),
          ...(fields.autoStart ? { start: { maxActive } } : {}),
          async also(tx, finished) {
            body = answerOf(finished, rows, chunkSize, now());
            await upload.also(finished.batch)(tx);
            await store(tx, { status: 201, body });
          },
        });
        return { status: 201, body };
      },
      abandon: ({ writer }) => writer.abandon(),
    });
  } catch (error) {
    throw toUploadError(error, maxUploadBytes);
  }
}

const textHash = (text: string) => createHash("sha256").update(text).digest("hex");

const optionsOf = (
  { model, cache, webhookUrl, maxCostMicros, lane, instruction }: BatchFields,
  { columns, urlColumn, duplicates }: WrittenRows,
  more: Pick<BatchOptions, "fileName" | "chunkSize" | "requestedAt">,
): BatchOptions & Json => ({
  ...more,
  columns: columns === null ? null : [...columns],
  urlColumn,
  duplicates,
  model,
  cache,
  webhookUrl,
  maxCostMicros,
  lane,
  instruction,
});

function answerOf({ batch, refusal }: Finished, rows: WrittenRows, chunkSize: number, now: Date): Json {
  const started = batch.state !== "pending";
  return {
    success: true,
    data: {
      batch_id: batch.id,
      batch_info: {
        batch_id: batch.id,
        batch_name: batch.name,
        total_urls: batch.items,
        total_chunks: batch.chunks,
        chunks_created: batch.chunks,
        chunk_size: chunkSize,
        // In capitals here and nowhere else: the document shows it so.
        status: batch.state.toUpperCase(),
        auto_started: started,
        ...(refusal?.reason === "too_many_active" ? { auto_start_error: tooManyActive(refusal.limit) } : {}),
        duplicate_urls: rows.duplicates,
        invalid_urls: rows.invalid,
      },
    },
    message: started ? "Batch created and processing started" : "Batch created successfully",
    timestamp: now.toISOString(),
  };
}
