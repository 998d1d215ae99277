import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { OutboundError } from "./errors.ts";
import { tooLarge } from "./exchange.ts";

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateAny: Decode = (bytes, options) =>
  // RFC 9110, 8.4.1.2: `deflate` is the zlib format, but some servers send the bare stream.
  ((bytes[0] ?? 0) & 0x0f) === 8 ? promisify(inflate)(bytes, options) : promisify(inflateRaw)(bytes, options);

const codings: ReadonlyMap<string, Decode> = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", inflateAny],
  ["br", promisify(brotliDecompress)],
]);

/**
 * Undoes the content coding of a body. `identity` is what we ask for, since images do not compress; some servers code
 * all the same. Two codings on top of each other multiply what a small bomb grows to, and no image server needs them.
 * A coding that nobody knows is taken for a mistake (`image/png`, `utf-8`), as browsers do.
 *
 * @param maxBytes of the decoded body; decoding stops there
 * @throws {OutboundError} `too_large`, or `invalid_response` where the body is not what its header says
 */
export async function decodeBody(bytes: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  const named = contentEncoding
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (named.length > 1) {
    throw new OutboundError("invalid_response", "The answer is compressed more than once.");
  }
  const decode = codings.get(named[0] ?? "");
  if (decode === undefined || bytes.length === 0) return bytes;
  try {
    return await decode(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(maxBytes);
    }
    throw new OutboundError("invalid_response", "The compressed answer cannot be decoded.");
  }
}
