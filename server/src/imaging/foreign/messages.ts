import type { ImagingErrorCode } from "../errors.ts";
import type { ForeignFormat } from "./header.ts";

/** To the process that reads foreign formats. */
export interface ForeignOrder {
  readonly bytes: Uint8Array;
  readonly format: ForeignFormat;
  /** White behind what is transparent, for a format that cannot be. */
  readonly opaque: boolean;
  readonly maxPixels: number;
  /** Bytes that the process may have in all; with more it ends itself. */
  readonly mostMemory: number;
}

/** From it. */
export type ForeignAnswer =
  | { readonly bytes: Uint8Array }
  | { readonly failure: { readonly code: ImagingErrorCode; readonly message: string } };

/** The process ends with this where a picture takes more memory than it said. */
export const tooMuchMemory = 87;
