import type { Asset } from "./asset.ts";
import { type DerivedFormat, type DerivedSize, derivedFormats } from "./derived-size.ts";

const usualQuality = 80;

/** A picture to make, or to find made: every way of asking for it comes to the same. */
export interface Target {
  readonly width: number;
  readonly height: number;
  readonly format: DerivedFormat;
  readonly quality: number;
}

/** @returns null where the picture is it already */
export function targetOf(asset: Asset, size: DerivedSize): Target | null {
  const own = derivedFormats.find((format) => asset.contentType === `image/${format}`);
  const format = size.format ?? own ?? "png";
  const { width, height } = within(asset, size);
  const same = width === asset.width && height === asset.height && format === own;
  if (same && (format === "png" || size.quality === null)) return null;
  return { width, height, format, quality: format === "png" ? 100 : (size.quality ?? usualQuality) };
}

function within(asset: Asset, { width, height }: DerivedSize) {
  const scale = Math.min(1, (width ?? asset.width) / asset.width, (height ?? asset.height) / asset.height);
  return {
    width: Math.max(1, Math.round(asset.width * scale)),
    height: Math.max(1, Math.round(asset.height * scale)),
  };
}

const extensions = { png: "png", jpeg: "jpg", webp: "webp" } as const;

/** Beginning of the names of everything that is made from these bytes. */
export const derivedPrefix = (sha256: string) => `derived/${sha256.slice(0, 2)}/${sha256}-`;

/** By the content of its source: two assets with the same bytes share their sizes. */
export const derivedName = (sha256: string, { width, height, format, quality }: Target) =>
  `${derivedPrefix(sha256)}${width}x${height}-q${quality}.${extensions[format]}`;
