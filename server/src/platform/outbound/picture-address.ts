import { assetIdOf } from "./asset-address.ts";

/** Where a picture is, as far as the text of a row tells. */
export interface PictureAddress {
  /** In one spelling, so that two rows with one picture are seen to have it; what is fetched. */
  readonly href: string;
  /** Whose patience is tried: scheme, host and port, or the bucket; `asset:` where it is ours. */
  readonly origin: string;
}

/** Null where it is no http, https, s3 or asset address. Whether it may be reached is decided where it is fetched. */
export function readPictureAddress(text: string): PictureAddress | null {
  const trimmed = text.trim();
  const bucket = /^s3:\/\/[^/?#]+(?=\/.)/i.exec(trimmed)?.[0];
  if (bucket !== undefined) return { href: trimmed, origin: bucket.toLowerCase() };
  const asset = assetIdOf(trimmed);
  if (asset !== null) return { href: `asset://${asset}`, origin: "asset:" };
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  // A fragment is the reader's business and is never sent.
  url.hash = "";
  return { href: url.href, origin: url.origin };
}
