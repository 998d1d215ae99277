import { createHash, type Hash, randomUUID } from "node:crypto";
import { finished, type Readable, Transform } from "node:stream";
import type { Finished } from "../../engine/create.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Json } from "../../engine/kind.ts";
import type { Batch } from "../../engine/records.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import { idempotencyKeyReused, requestInProgress } from "../../platform/idempotency/errors.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import type { BatchOptions } from "./batch-options.ts";
import {
  noFile,
  noFileSelected,
  notCalledCsv,
  toFormError,
  tooManyActive,
  toUploadError,
  unknownFile,
} from "./errors.ts";
import { kindName } from "./rows.kind.ts";
import { type BatchFields, type Choices, readFields } from "./upload-fields.ts";
import { type WrittenRows, writeRows } from "./write-rows.ts";

/** Largest file in bytes, as it is sent and as it is unpacked. */
export const maxUploadBytes = 200 * 2 ** 20;

/** A part of a multipart form, in the order in which it arrives: settings may follow the file they are for. */
export type FormPart =
  | { readonly type: "file"; readonly fieldname: string; readonly filename: string; readonly file: Readable }
  | { readonly type: "field"; readonly fieldname: string; readonly value: unknown };

export interface CreateBatchOptions {
  readonly engine: Engine;
  readonly idempotency: Idempotency;
  readonly chunkSize: number;
  readonly maxActive: number;
  readonly choices: Choices;
  readonly now: () => Date;
}

export interface Created {
  readonly status: number;
  readonly body: Json;
  /** The answer of an earlier request with the same key. */
  readonly replayed: boolean;
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
export async function createBatch(options: CreateBatchOptions, upload: Upload): Promise<Created> {
  const { engine, idempotency, chunkSize, maxActive, now } = options;
  const key = upload.idempotencyKey;
  const begun = key === null ? null : await idempotency.begin(`analysis ${textHash(upload.owner)}`, key);
  if (begun?.as === "running") throw requestInProgress();
  const fingerprint = begun === null ? null : createHash("sha256");
  const texts = new Map<string, string>();
  let written: Written | null = null;
  let file = false;

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
    const requestedAt = await engine.now();
    for await (const part of upload.parts) {
      if (part.type === "field") {
        texts.set(part.fieldname, textOf(part.value));
        continue;
      }
      if (part.fieldname !== "file") throw unknownFile(part.fieldname);
      if (part.filename === "") throw noFileSelected();
      if (upload.csvNames && !/\.csv(\.gz)?$/i.test(part.filename)) throw notCalledCsv(part.filename);
      file = true;
      const source = through(part.file, fingerprint);
      // Its answer is known; only whether it is the same request has to be found out.
      if (begun?.as === "repeat") await exhaust(source);
      else {
        const rows = await writeRows(source, maxUploadBytes, begin);
        // `filename*` may spell any character, and the database takes no NUL.
        written = { fileName: part.filename.replaceAll("\u0000", "") || null, ...rows };
      }
    }
    if (!file) throw noFile();
    fingerprint?.update(JSON.stringify([...texts].sort()));
    const asked = fingerprint?.digest("hex") ?? "";
    if (begun?.as === "repeat") {
      if (begun.fingerprint !== asked) throw idempotencyKeyReused();
      const { status, body } = begun.answer;
      return { status, body: body as Json, replayed: true };
    }
    if (!written) throw noFile();
    const fields = readFields(texts, { ...options.choices, now: requestedAt });
    let body: Json = null;
    const { rows, fileName } = written;
    await written.writer.finish({
      name: fields.name,
      options: optionsOf(fields, rows, { fileName, chunkSize, requestedAt: requestedAt.toISOString() }),
      ...(fields.autoStart ? { start: { maxActive } } : {}),
      async also(tx, finished) {
        body = answerOf(finished, rows, chunkSize, now());
        await upload.also(finished.batch)(tx);
        if (begun?.as === "first") await begun.finish(tx, asked, { status: 201, body });
      },
    });
    return { status: 201, body, replayed: false };
  } catch (error) {
    // Each whatever becomes of the other: a key that nobody gives back is renewed as long as the process lives. What is
    // left is swept away, and the caller learns what went wrong first.
    await Promise.allSettled([written?.writer.abandon(), begun?.as === "first" ? begun.abandon() : null]);
    throw toUploadError(error, maxUploadBytes);
  }
}

/** A part that says it is JSON comes parsed: a schema, from clients that name its type. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

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

/**
 * A stream of its own for the file of a form: whoever stops reading ends it, and the form's goes on to be emptied, or
 * the answer would never be read by a client that is still sending.
 */
function through(file: Readable, fingerprint: Hash | null): Readable {
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      fingerprint?.update(chunk);
      done(null, chunk);
    },
  });
  // Hears also of a file that ended early before anybody listened, which happens where the whole form came at once.
  finished(file, { writable: false }, (error) => {
    if (error) stream.destroy(toFormError(error));
  });
  stream.on("close", () => {
    file.unpipe(stream);
    file.resume();
  });
  return file.pipe(stream);
}

async function exhaust(stream: Readable): Promise<void> {
  for await (const chunk of stream) void chunk;
}
