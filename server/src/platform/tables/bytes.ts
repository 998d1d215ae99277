import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip } from "node:zlib";
import { invalidGzip, tableTooLarge } from "./errors.ts";

/**
 * What is parsed in one go. The worst text, 16 KB of the shortest rows, takes csv-parse 2 ms; a source may
 * hand out its 200 MB as one buffer.
 */
const SLICE_BYTES = 16_384;

/** The source in slices of at most 16 KB. */
export async function* slicesOf(source: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let start = 0; start < bytes.length; start += SLICE_BYTES)
      yield bytes.subarray(start, start + SLICE_BYTES);
  }
}

/**
 * Waits for `count` bytes, or the end; `rest` is what follows the head.
 * `whole` tells that the head is everything there is.
 */
export async function peek(
  chunks: AsyncGenerator<Buffer>,
  count: number,
): Promise<{ head: Buffer; whole: boolean; rest: AsyncGenerator<Buffer> }> {
  const parts: Buffer[] = [];
  let length = 0;
  let whole = false;
  while (length < count && !whole) {
    const next = await chunks.next();
    if (next.done) whole = true;
    else {
      parts.push(next.value);
      length += next.value.length;
    }
  }
  const head = Buffer.concat(parts, length);
  return { head, whole, rest: chunks };
}

export async function* startingWith(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

/** Ends a gzip bomb where its output passes the limit, whatever its compressed size. */
export async function* atMost(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) throw tableTooLarge(maxBytes);
    yield chunk;
  }
}

export const isGzip = (head: Buffer) => head[0] === 0x1f && head[1] === 0x8b;

/**
 * Several members in a row are one text (RFC 1952, 2.2). A failing source surfaces as its own error.
 *
 * @param cut whether the text may break off anywhere
 */
export async function* inflate(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  { cut }: { readonly cut: boolean },
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({
    chunkSize: SLICE_BYTES,
    ...(cut && { finishFlush: constants.Z_SYNC_FLUSH }),
  });
  let sourceFailed = false;
  const watched = async function* () {
    try {
      yield* chunks;
    } catch (error) {
      sourceFailed = true;
      throw error;
    }
  };
  // Its failure arrives a second time, through the iteration below.
  pipeline(watched, gunzip, { signal }).catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    if (sourceFailed || signal.aborted) throw error;
    throw invalidGzip(error);
  }
}
