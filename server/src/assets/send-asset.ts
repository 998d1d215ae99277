import { Readable } from "node:stream";
import { create as contentDisposition } from "content-disposition";
import type { FastifyReply, FastifyRequest } from "fastify";
import { rangeNotSatisfiable } from "../platform/files/errors.ts";
import { callerSignal } from "../platform/http/caller-signal.ts";
import type { Asset } from "./asset.ts";
import type { Assets } from "./assets.ts";
import { isNotModified, isSameForRange } from "./conditional.ts";
import { asItIs, type Derived } from "./derive.ts";
import { assetLost } from "./errors.ts";
import { requestedRange } from "./requested-range.ts";

export interface SendAssetOptions {
  readonly asset: Asset;
  readonly assets: Pick<Assets, "open">;
  /** What is sent in its place, in another size or format; null for the asset as it is. */
  readonly derived: Derived | null;
  readonly cacheControl: string;
  /** Under which a browser would save it. */
  readonly filename: string;
}

/**
 * Answers with a stored picture, or the part of it that is asked for, or with 304 for who has it. Of a `HEAD`, with
 * what it would answer to a `GET`.
 *
 * @throws {AppError} `media_file_lost` (404), `range_not_satisfiable` (416), and what the storage throws
 */
export async function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  { asset, assets, derived, cacheControl, filename }: SendAssetOptions,
): Promise<FastifyReply> {
  const picture = derived ?? asItIs(asset, assets.open);
  const headers = {
    etag: `"${picture.etag}"`,
    "last-modified": picture.modifiedAt.toUTCString(),
    "cache-control": cacheControl,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    ...(picture.contentType === "image/svg+xml" ? lifeless : {}),
  };
  if (isNotModified(request.headers, picture)) return reply.headers(headers).code(304).send();

  const range = rangeOf(request, picture);
  const opened = await picture.open({ range: range ?? undefined, signal: callerSignal(reply) });
  if (opened === null) throw assetLost();
  reply.headers({
    ...headers,
    "content-type": picture.contentType,
    "content-disposition": inline(filename),
    "content-length": range === null ? opened.size : range.end - range.start + 1,
  });
  if (range !== null) {
    reply.code(206).header("content-range", `bytes ${range.start}-${range.end}/${opened.size}`);
  }
  if (request.method !== "HEAD") return reply.send(opened.bytes);
  opened.bytes.destroy();
  // Nothing at all would be taken for an answer of no bytes, and would change its length.
  return reply.send(Readable.from([]));
}

/** An SVG that is opened as a page is one: even if something got into it, it can run and load nothing. */
const lifeless = { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox" };

/** With quotes also where the name could go without them: there are clients that look for these. */
const inline = (filename: string) =>
  contentDisposition(filename, { type: "inline" }).replace(/filename=([^";]+)$/, 'filename="$1"');

/** @returns null for everything: ranges are for `GET` only, and for who knows what they are parts of */
function rangeOf({ method, headers }: FastifyRequest, picture: Derived) {
  if (method !== "GET" || headers.range === undefined || !isSameForRange(headers, picture)) return null;
  const range = requestedRange(headers.range, picture.size);
  if (range === "unsatisfiable") throw rangeNotSatisfiable(picture.size);
  return range === "whole" ? null : range;
}
