import { Readable } from "node:stream";
import { bytesToRead } from "../platform/files/byte-range.ts";
import { StorageFailure } from "../platform/files/errors.ts";
import type { Files, OpenFile, ReadOptions } from "../platform/files/files.ts";
import { createHeldBytes } from "../platform/limits/held-bytes.ts";
import { createTurns } from "../platform/turns.ts";
import type { Asset } from "./asset.ts";
import type { DerivedSize } from "./derived-size.ts";
import { derivedName, derivedPrefix, type Target, targetOf } from "./derived-target.ts";
import { assetLost } from "./errors.ts";
import { createMadeOnce } from "./made-once.ts";
import { type OpenAsset, readBytes } from "./whole.ts";

/** Makes a picture of exactly this size, in pixels as it is shown. */
export type Resize = (
  bytes: Buffer,
  target: Target,
  signal: AbortSignal,
) => Promise<{
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly contentType: string;
}>;

/** A picture as somebody wanted to have it. */
export interface Derived {
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  /** Bytes. */
  readonly size: number;
  /** Without its quotes. Strong: whoever has it has the same bytes. */
  readonly etag: string;
  readonly modifiedAt: Date;
  /** @returns null where its bytes are gone */
  open(options?: ReadOptions): Promise<OpenFile | null>;
}

interface DeriveSettings {
  readonly files: Files;
  readonly open: OpenAsset;
  find(id: string): Promise<Asset | null>;
  readonly resize: Resize;
  dropSizes(sha256: string): Promise<void>;
}

/** Of the bytes of one picture. Whoever has a link may ask for any size, and would fill the storage with them. */
export const mostKept = 32;
/** Sources in memory at a time, while they wait for their turn with the rest. */
const sourceBytes = 64 * 1024 * 1024;

/** What is given of the asset as it is. */
export const asItIs = (asset: Asset, open: OpenAsset): Derived => ({
  contentType: asset.contentType,
  width: asset.width,
  height: asset.height,
  size: asset.size,
  etag: asset.sha256,
  modifiedAt: asset.createdAt,
  open: (options) => open(asset, options),
});

type Made = Pick<Derived, "size" | "open">;

export function createDerive({ files, open, find, resize, dropSizes }: DeriveSettings) {
  const once = createMadeOnce<Made>();
  const inTurn = createTurns();
  const room = createHeldBytes({ totalBytes: sourceBytes, maxBytes: sourceBytes });

  const stored = (name: string, size: number): Made => ({
    size,
    open: (options) => files.read(name, options),
  });

  async function make(asset: Asset, target: Target, signal: AbortSignal): Promise<Made> {
    const name = derivedName(asset.sha256, target);
    const there = await files.stat(name);
    if (there !== null) return stored(name, there.size);
    const { bytes, contentType } = await resized(asset, target, signal);
    const isKept = await inTurn(asset.sha256, () => keep(asset, name, bytes, contentType));
    return isKept
      ? stored(name, bytes.length)
      : { size: bytes.length, open: async (options) => held(bytes, options) };
  }

  async function resized(asset: Asset, target: Target, signal: AbortSignal) {
    const source = await room.hold(signal);
    try {
      source.settle(asset.size);
      const bytes = await readBytes(open, asset, signal);
      if (bytes === null) throw assetLost();
      return await resize(bytes, target, signal);
    } finally {
      source.release();
    }
  }

  /** @returns whether it is in the storage now */
  async function keep(asset: Asset, name: string, bytes: Buffer, contentType: string): Promise<boolean> {
    try {
      let kept = 0;
      for await (const _ of files.list(derivedPrefix(asset.sha256))) {
        kept += 1;
        if (kept === mostKept) return false;
      }
      await files.put(name, bytes, { contentType });
      // Who removes an asset removes what is made from it; this came too late for that.
      if ((await find(asset.id))?.state === "kept") return true;
      await dropSizes(asset.sha256);
      return false;
    } catch (error) {
      // It is made, and can be given all the same.
      if (error instanceof StorageFailure) return false;
      throw error;
    }
  }

  return async (asset: Asset, size: DerivedSize, signal: AbortSignal): Promise<Derived> => {
    const target = targetOf(asset, size);
    if (target === null) return asItIs(asset, open);
    const name = derivedName(asset.sha256, target);
    const made = await once(name, signal, (leaving) => make(asset, target, leaving));
    return {
      ...made,
      contentType: `image/${target.format}`,
      width: target.width,
      height: target.height,
      // Another version of the encoder may make other bytes of the same name; seldom as many.
      etag: `${name.slice(name.lastIndexOf("/") + 1)}-${made.size}`,
      modifiedAt: asset.createdAt,
    };
  };
}

function held(bytes: Buffer, { range }: ReadOptions = {}): OpenFile {
  const { start, length } = bytesToRead(range, bytes.length);
  return { size: bytes.length, bytes: Readable.from([bytes.subarray(start, start + length)]) };
}
