import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";
import type { QueryExecutorProvider } from "kysely";
import { idempotencyKeyReused, requestInProgress } from "../idempotency/errors.ts";
import type { FirstRequest, Idempotency } from "../idempotency/idempotency.ts";
import type { Answer } from "../idempotency/store.ts";
import type { FormPart } from "./form-parts.ts";
import { type FormFile, type FormRefusals, readForm } from "./read-form.ts";

/** Stores the answer for whoever sends the same again, in the transaction that makes it true. */
type StoreAnswer = (tx: QueryExecutorProvider, answer: Answer) => Promise<void>;

/** What a form with a file is made into. */
export interface FormUpload<Written> {
  readonly idempotency: Pick<Idempotency, "begin">;
  /** Whose key it is and what was called, at most 500 characters; hash what may be longer. */
  readonly scope: string;
  /** The value of `Idempotency-Key`, as it was sent; null where there is none. */
  readonly key: string | null;
  readonly parts: AsyncIterable<FormPart>;
  readonly refusals: FormRefusals;
  /** Throws for a file by what it is called, also where its answer is known. */
  expectFile?(file: Pick<FormFile, "name" | "type">): void;
  /**
   * Stores the file, seen by nobody, as it streams in. What it has stored when it throws is its own to remove; otherwise it
   * reads to the end, or the next request with the key would not be seen to be the same.
   */
  write(file: FormFile): Promise<Written>;
  /**
   * Makes visible what was written, and calls `store` with the answer in the same transaction: both are there, or neither.
   *
   * @param texts the fields of the form
   * @param store does nothing where there is no key
   * @returns that answer
   */
  finish(written: Written, texts: ReadonlyMap<string, string>, store: StoreAnswer): Promise<Answer>;
  /** Removes what was written and is not finished. */
  abandon(written: Written): Promise<void>;
}

/** What the caller is told. */
export interface UploadAnswer extends Answer {
  /** The answer of an earlier request with the same key. */
  readonly replayed: boolean;
}

/**
 * A form with a file, taken once however often it is sent with its `Idempotency-Key`. A caller that got no answer sends
 * the same again, and gets the answer of the first.
 *
 * @throws {AppError} `invalid_idempotency_key`; `request_in_progress` while the first is under way; `idempotency_key_reused`
 *   where it was another file or other fields; what the form is refused for. All but the first two free the key.
 */
export async function takeUpload<Written>(upload: FormUpload<Written>): Promise<UploadAnswer> {
  const { idempotency, scope, key } = upload;
  const begun = key === null ? null : await idempotency.begin(scope, key);
  if (begun?.as === "running") throw requestInProgress();
  return begun?.as === "repeat" ? repeat(upload, begun) : takeFirst(upload, begun);
}

async function takeFirst<Written>(
  upload: FormUpload<Written>,
  begun: FirstRequest | null,
): Promise<UploadAnswer> {
  const fingerprint = begun && createHash("sha256");
  const all: Written[] = [];

  const take = async (file: FormFile) => {
    upload.expectFile?.(file);
    const written = await upload.write(file);
    all.push(written);
    return written;
  };

  try {
    const { texts, taken } = await readForm(upload.parts, upload.refusals, take, fingerprint);
    const asked = fingerprint && digestOf(fingerprint, texts);
    const answer = await upload.finish(taken, texts, async (tx, told) => {
      if (asked !== null) await begun?.finish(tx, asked, told);
    });
    return { ...answer, replayed: false };
  } catch (error) {
    // Each whatever becomes of the other: a key that nobody gives back is renewed as long as the process lives. What is
    // left is swept away, and the caller learns what went wrong first.
    await Promise.allSettled([...all.map((written) => upload.abandon(written)), begun?.abandon()]);
    throw error;
  }
}

/** Its answer is known; only whether it is the same request has to be found out. */
async function repeat<Written>(
  upload: FormUpload<Written>,
  first: { readonly fingerprint: string; readonly answer: Answer },
): Promise<UploadAnswer> {
  const fingerprint = createHash("sha256");
  const take = async (file: FormFile) => {
    upload.expectFile?.(file);
    await exhaust(file.bytes);
  };
  const { texts } = await readForm(upload.parts, upload.refusals, take, fingerprint);
  if (first.fingerprint !== digestOf(fingerprint, texts)) throw idempotencyKeyReused();
  return { ...first.answer, replayed: true };
}

/** Of the whole request: the order of its fields says nothing. */
const digestOf = (ofFile: Hash, texts: ReadonlyMap<string, string>): string =>
  ofFile.update(JSON.stringify([...texts].sort())).digest("hex");

async function exhaust(stream: Readable): Promise<void> {
  for await (const chunk of stream) void chunk;
}
