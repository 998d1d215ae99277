/** A picture that this service has stored: `asset://<uuid>`. */
const assetAddress = /^asset:\/\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

export const isAssetScheme = (text: string): boolean => /^asset:/i.test(text.trimStart());

/** The id, in lower case; null where the text is no such address. */
export const assetIdOf = (text: string): string | null =>
  assetAddress.exec(text.trim())?.[1]?.toLowerCase() ?? null;

/**
 * Bytes of a stored picture, checked against what was stored. `lost` is one of which only the record is left.
 *
 * @param id a UUID in lower case
 */
export type ReadAsset = (
  id: string,
  options: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<
  | { readonly asset: { readonly sha256: string }; readonly bytes: Buffer }
  | { readonly missing: "unknown" | "expired" | "lost" | "too_large" }
>;
