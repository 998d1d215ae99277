import { estimateMemory, ImagingError, readHeader, thumbnail, uprightSize } from "@fovea/imaging";
import { LRUCache } from "lru-cache";
import type { createRunPixelWork } from "./pixel-work.ts";
import { readPictureAddress } from "./platform/outbound/picture-address.ts";
import type { PictureSource } from "./platform/outbound/picture-source.ts";
import type { ShownPicture, ShownSize, ShowPicture } from "./platform/outbound/shown-picture.ts";

/** Some thousand small copies: who scrolls back does not make their origins send them again. */
const cacheBytes = 32 * 2 ** 20;
/** A picture is seldom another one under the same address; what failed may be there again soon. */
const keptMs = 15 * 60_000;
const keptFailureMs = 60_000;
const failureBytes = 500;
/** A person is waiting. */
const patienceMs = 20_000;

interface Asked {
  readonly address: string;
  readonly size: ShownSize;
}

interface Parts {
  readonly source: PictureSource;
  readonly runPixelWork: ReturnType<typeof createRunPixelWork>;
}

/** Makes small copies of pictures at addresses of users, and keeps some. */
export function createShownPictures({ source, runPixelWork }: Parts): ShowPicture {
  const cache = new LRUCache<string, ShownPicture, Asked>({
    maxSize: cacheBytes,
    sizeCalculation: (picture) => (picture.status === "ok" ? picture.bytes.length : failureBytes),
    ttl: keptMs,
    ignoreFetchAbort: true,
    async fetchMethod(_, __, { context, options }) {
      // Not the caller's signal: who scrolls on leaves, and somebody else may wait for the same one.
      const picture = await make({ source, runPixelWork }, context, AbortSignal.timeout(patienceMs));
      if (picture.status === "failed") options.ttl = keptFailureMs;
      return picture;
    },
  });
  return async (address, { size, signal }) => {
    signal.throwIfAborted();
    const picture = await cache.fetch(`${size} ${address}`, { context: { address, size } });
    if (!picture) throw new Error("A picture that is made is one, or a failure.");
    return picture;
  };
}

async function make(
  { source, runPixelWork }: Parts,
  { address, size }: Asked,
  signal: AbortSignal,
): Promise<ShownPicture> {
  const target = readPictureAddress(address);
  if (!target) return failed("invalid_url", "This is not a web address.");
  try {
    const fetched = await source.fetch(target.href, { origin: target.origin, known: null, signal });
    if (fetched.status === "parked") return failed("origin_unavailable", "Its server asked for a pause.");
    if (fetched.status === "not_modified") throw new Error("Nothing was known, so it cannot be the same.");
    if (fetched.status === "failed") return failed(fetched.code, fetched.message);
    try {
      return { status: "ok", bytes: await smallCopy(runPixelWork, fetched.bytes, size, signal) };
    } finally {
      fetched.release();
    }
  } catch (error) {
    if (error instanceof ImagingError) return failed(error.code, error.message);
    if (signal.aborted) return failed("response_timeout", "The picture did not come in time.");
    throw error;
  }
}

async function smallCopy(
  runPixelWork: Parts["runPixelWork"],
  bytes: Buffer,
  size: ShownSize,
  signal: AbortSignal,
): Promise<Buffer> {
  const header = readHeader(bytes);
  const { width, height } = uprightSize(header);
  // Nothing is made larger than it is.
  const side = Math.min(size, Math.max(width, height));
  const box = { width: side, height: side };
  const made = await runPixelWork(
    { header, memory: estimateMemory(header, box, bytes.length) },
    signal,
    (work) =>
      thumbnail(bytes, header, { ...box, keepAspectRatio: true, quality: 78, background: "#FFFFFF" }, work),
  );
  return made.bytes;
}

const failed = (code: string, message: string): ShownPicture => ({ status: "failed", code, message });
