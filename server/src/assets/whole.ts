import { createHash } from "node:crypto";
import type { OpenFile, ReadOptions } from "../platform/files/files.ts";
import type { Asset } from "./asset.ts";

/** Why a picture is not to be had: `lost` where there is a row, and not its bytes. */
type Missing = "unknown" | "expired" | "lost" | "too_large";

export type ReadWhole = (
  id: string,
  options: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<{ readonly asset: Asset; readonly bytes: Buffer } | { readonly missing: Missing }>;

export type OpenAsset = (asset: Asset, options?: ReadOptions) => Promise<OpenFile | null>;

/** @returns null where its bytes are gone, or are not those that were stored */
export async function readBytes(open: OpenAsset, asset: Asset, signal: AbortSignal): Promise<Buffer | null> {
  const opened = await open(asset, { signal });
  if (opened === null) return null;
  const bytes = Buffer.allocUnsafeSlow(asset.size);
  let length = 0;
  for await (const piece of opened.bytes as AsyncIterable<Buffer>) length += piece.copy(bytes, length);
  return createHash("sha256").update(bytes).digest("hex") === asset.sha256 ? bytes : null;
}

export const readWhole =
  ({ find, open }: { find(id: string): Promise<Asset | null>; readonly open: OpenAsset }): ReadWhole =>
  async (id, { maxBytes, signal }) => {
    signal.throwIfAborted();
    const asset = await find(id);
    if (asset === null) return { missing: "unknown" };
    if (asset.state === "expired") return { missing: "expired" };
    if (asset.size > maxBytes) return { missing: "too_large" };
    const bytes = await readBytes(open, asset, signal);
    return bytes === null ? { missing: "lost" } : { asset, bytes };
  };
