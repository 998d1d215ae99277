import { createHash, randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { BatchWriter } from "../../engine/create.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Json } from "../../engine/kind.ts";
import type { Batch } from "../../engine/records.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import type { FormPart } from "../../platform/http/form-parts.ts";
import { takeUpload, type UploadAnswer } from "../../platform/http/form-upload.ts";
import type { Idempotency } from "../../platform/idempotency/idempotency.ts";
import { uploaded } from "./answers.ts";
import { kindName } from "./catalog.kind.ts";
import { type CatalogProduct, expectCsv, readProducts } from "./product-rows.ts";
import { noFile, noFileSelected, unknownFile } from "./refusals.ts";
import type { RequestOptions } from "./request-options.ts";
import { readUploadOptions } from "./upload-options.ts";

/** Largest file in bytes, as it is sent and as it is unpacked. */
export const maxUploadBytes = 200 * 2 ** 20;

/** Products of a chunk: one value of the database, which is unpacked whole where a page of it is read. */
const chunkSize = 200;

export interface CreateRequestOptions {
  readonly engine: Pick<Engine, "now" | "write">;
  readonly idempotency: Idempotency;
}

export interface CatalogUpload {
  readonly owner: string;
  readonly idempotencyKey: string | null;
  readonly parts: AsyncIterable<FormPart>;
  /** Takes effect together with the request. */
  readonly also: (batch: Batch) => (tx: Transaction) => Promise<void>;
}

interface Written {
  readonly fileName: string | null;
  readonly writer: BatchWriter;
}

/**
 * A form with a CSV of products → a request, begun. The file streams in; what makes the request visible, starts it and
 * stores the answer for its `Idempotency-Key` is one transaction.
 *
 * @throws {AppError} for what the form or the file is
 */
export async function createRequest(
  { engine, idempotency }: CreateRequestOptions,
  { owner, idempotencyKey, parts, also }: CatalogUpload,
): Promise<UploadAnswer> {
  const requestedAt = await engine.now();
  const id = randomUUID();
  const begin = () =>
    engine.write({ id, kind: kindName, owner, name: "", options: {}, priority: 0, chunkSize });
  return await takeUpload<Written>({
    ...{ idempotency, parts, refusals: { noFile, noFileSelected, unknownFile } },
    scope: `catalog ${createHash("sha256").update(owner).digest("hex")}`,
    key: idempotencyKey,
    expectFile: expectCsv,
    async write({ name, bytes }) {
      // `filename*` may spell any character, and the database takes no NUL.
      return { fileName: name.replaceAll("\u0000", "") || null, writer: await writeProducts(bytes, begin) };
    },
    async finish({ writer, fileName }, texts, store) {
      const options: RequestOptions & Json = {
        ...readUploadOptions(texts),
        ...{ fileName, owner, requestedAt: requestedAt.toISOString() },
      };
      const answer = { status: 200, body: uploaded(id) };
      await writer.finish({
        options,
        // However many there are: its answer has said that it is begun.
        start: { maxActive: Number.MAX_SAFE_INTEGER },
        async also(tx, { batch }) {
          await also(batch)(tx);
          await store(tx, answer);
        },
      });
      return answer;
    },
    abandon: ({ writer }) => writer.abandon(),
  });
}

/** A file → products of a batch, as it streams in. */
async function writeProducts(bytes: Readable, begin: () => Promise<BatchWriter>): Promise<BatchWriter> {
  const pages = await readProducts(bytes, { maxBytes: maxUploadBytes });
  const writer = await begin();
  try {
    for await (const products of pages) await writer.add(products.map(toInput));
    return writer;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

const toInput = ({ serial, name, urls }: CatalogProduct): Json => ({ serial, name, urls });
