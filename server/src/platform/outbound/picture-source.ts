import type { Held, HeldBytes } from "../limits/held-bytes.ts";
import { assetIdOf, type ReadAsset } from "./asset-address.ts";
import { downloadImage } from "./download.ts";
import type { Origins } from "./origins.ts";
import type { Outbound } from "./outbound.ts";
import type { S3Reader } from "./s3.ts";

export interface PictureSourceOptions {
  readonly outbound: Outbound;
  readonly origins: Origins;
  readonly s3: S3Reader;
  /** Buckets that may be read; null for every one that the credentials can read. */
  readonly buckets: readonly string[] | null;
  /** One that is not read unless `buckets` names it, such as the service's own storage; null for none. */
  readonly excludedBucket: string | null;
  readonly maxBytes: number;
  /** Room for the pictures that are fetched or still needed. */
  readonly room: HeldBytes;
  /** For one picture, redirects and body included. */
  readonly totalMs: number;
  /** Pictures of this service; without it, there are none. */
  readonly readAsset?: ReadAsset | undefined;
}

interface FetchOptions {
  /** Whose turn it takes: scheme, host and port, or `s3://bucket`. */
  readonly origin: string;
  /** What the picture was when it was fetched last; null to have it whatever it is. */
  readonly known: { readonly etag: string | null; readonly lastModified: string | null } | null;
  readonly signal: AbortSignal;
}

type FetchedPicture =
  | {
      readonly status: "ok";
      readonly bytes: Buffer;
      readonly etag: string | null;
      readonly lastModified: string | null;
      /** To be called when the bytes are needed no more: until then nothing else has their room. */
      release(): void;
    }
  | { readonly status: "not_modified" }
  /** Nothing was tried: its origin is busy or out of reach until then. */
  | { readonly status: "parked"; readonly until: Date }
  | {
      readonly status: "failed";
      readonly code: string;
      readonly message: string;
      /** Another try may succeed, but not before `retryAfter`. */
      readonly transient: boolean;
      readonly retryAfter: Date | null;
    };

/** Bytes of a picture from an address that a user gave: guarded, in its origin's turn. */
export interface PictureSource {
  fetch(href: string, options: FetchOptions): Promise<FetchedPicture>;
}

export function createPictureSource(options: PictureSourceOptions): PictureSource {
  const { outbound, origins, s3, buckets, excludedBucket, maxBytes, room, totalMs } = options;
  const { readAsset = noAssets } = options;
  // There are servers on file systems that take upper and lower case for the same.
  const isExcluded = (bucket: string) => bucket.toLowerCase() === excludedBucket?.toLowerCase();
  const mayRead = (bucket: string) => (buckets ? buckets.includes(bucket) : !isExcluded(bucket));

  const download = (href: string, { known, signal }: FetchOptions) =>
    href.slice(0, 5).toLowerCase() === "s3://"
      ? s3.get(href, { maxBytes, totalMs, signal, ifNoneMatch: known?.etag ?? null })
      : downloadImage(outbound, href, { maxBytes, totalMs, signal, known });

  /** What is our own needs no turn: there is nobody to be spared. */
  async function fetchAsset(id: string, { known, signal }: FetchOptions): Promise<FetchedPicture> {
    const held = await room.hold(signal);
    let isTaken = false;
    try {
      const read = await readAsset(id, { maxBytes, signal });
      if ("missing" in read) return assetFailures[read.missing];
      const { sha256 } = read.asset;
      if (known?.etag === sha256) return { status: "not_modified" };
      held.settle(read.bytes.length);
      isTaken = true;
      return { status: "ok", bytes: read.bytes, etag: sha256, lastModified: null, release: held.release };
    } finally {
      if (!isTaken) held.release();
    }
  }

  return {
    async fetch(href, fetch) {
      const asset = assetIdOf(href);
      if (asset !== null) return await fetchAsset(asset, fetch);
      // Whoever may upload a file would read with the operator's credentials whatever they can read.
      const bucket = /^s3:\/\/([^/]*)/i.exec(href)?.[1];
      if (bucket !== undefined && !mayRead(bucket)) return blockedBucket(bucket);
      const turn = await origins.enter(fetch.origin, fetch.signal);
      if (turn.state === "parked") return { status: "parked", until: turn.until };
      if (turn.state === "given_up") {
        const { message } = turn;
        return { status: "failed", code: "origin_unavailable", message, transient: false, retryAfter: null };
      }
      let held: Held | undefined;
      try {
        held = await room.hold(fetch.signal);
        const fetched = await download(href, fetch);
        if (fetched.status !== "failed" || !fetched.transient) turn.leave("answered");
        // A name that nobody knows says nothing of a host; its few tries are enough.
        else if (fetched.code !== "dns_failure") turn.leave("unreachable", fetched.retryAfter);
        if (fetched.status !== "ok") return fetched;
        const { release } = held;
        held.settle(fetched.bytes.length);
        held = undefined;
        return { ...fetched, release };
      } finally {
        held?.release();
        // Does nothing for who has left; what was thrown tells nothing of the origin.
        turn.leave("aborted");
      }
    },
  };
}

const blockedBucket = (bucket: string): FetchedPicture => ({
  status: "failed",
  code: "blocked_address",
  message: `The bucket ${bucket} is not one that this service may read (S3_BUCKETS).`,
  transient: false,
  retryAfter: null,
});

const noAssets: ReadAsset = async () => ({ missing: "unknown" });

const assetFailure = (code: string, message: string): FetchedPicture => ({
  status: "failed",
  code,
  message,
  transient: false,
  retryAfter: null,
});

const assetFailures = {
  unknown: assetFailure("asset_not_found", "There is no stored picture with this id."),
  lost: assetFailure("asset_not_found", "The stored picture is no longer in the storage of files."),
  expired: assetFailure("asset_expired", "The stored picture has expired."),
  too_large: assetFailure("too_large", "The stored picture has more bytes than are analyzed."),
};
