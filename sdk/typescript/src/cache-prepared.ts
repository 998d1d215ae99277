import type { Fovea } from "./client.ts";
import type { PreparedImage } from "./prepared-image.ts";
import type { ProcessOptions } from "./resources/prepare.ts";
import { hexOf } from "./runtime.ts";
import type { CallOptions } from "./settings.ts";

export interface CacheOptions {
  /** Bytes of prepared images that are kept; those that nobody asked for longest go first. Default: 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds until one is made anew. Default: an hour. */
  readonly maxAge?: number | undefined;
  /** The time in milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface PreparedCache {
  /** As `prepare.process`, of bytes: what was made of the same bytes with the same options is given again. */
  process(
    image: Blob | Uint8Array | ArrayBuffer,
    options: ProcessOptions,
    call?: CallOptions,
  ): Promise<PreparedImage>;
  /** Bytes that are kept. */
  readonly bytes: number;
  clear(): void;
}

interface Entry {
  readonly image: PreparedImage;
  readonly madeAt: number;
  /** Of the image as it was kept: bytes that its owner has handed to a worker are gone from it. */
  readonly size: number;
}

/**
 * Keeps what was prepared, by the SHA-256 of the bytes and the options, up to a bound. Two who ask for the same at a time
 * cause one request. Browsers hash on pages that came over HTTPS, or from localhost, only.
 */
export function cachePrepared(client: Fovea, options: CacheOptions = {}): PreparedCache {
  const { maxBytes = 64 * 2 ** 20, maxAge = 3_600_000, now = Date.now } = options;
  /** In the order of use: a Map keeps that of insertion. */
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Promise<PreparedImage>>();
  let bytes = 0;

  const remove = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    bytes -= entry.size;
  };

  const keep = (key: string, image: PreparedImage) => {
    remove(key);
    const { size } = image;
    if (size > maxBytes) return;
    entries.set(key, { image, madeAt: now(), size });
    bytes += size;
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes) break;
      remove(oldest);
    }
  };

  return {
    get bytes() {
      return bytes;
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
    async process(image, wanted, call) {
      const source = image instanceof Blob ? await image.arrayBuffer() : image;
      const key = await keyOf(source, wanted);
      const entry = entries.get(key);
      if (entry && now() - entry.madeAt < maxAge && entry.image.size === entry.size) {
        entries.delete(key);
        entries.set(key, entry);
        return entry.image;
      }
      // Whoever brings a signal or a time limit of their own must not end, or wait for, what is another's.
      if (call) return await make();
      const shared = underWay.get(key) ?? make().finally(() => underWay.delete(key));
      underWay.set(key, shared);
      return await shared;

      async function make(): Promise<PreparedImage> {
        const made = await client.prepare.process(source, wanted, call);
        keep(key, made);
        return made;
      }
    },
  };
}

async function keyOf(bytes: Uint8Array | ArrayBuffer, options: ProcessOptions): Promise<string> {
  // Of what is shared between threads this makes a TypeError, as sending it would.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  const sorted = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${hexOf(new Uint8Array(digest))} ${JSON.stringify(sorted)}`;
}
