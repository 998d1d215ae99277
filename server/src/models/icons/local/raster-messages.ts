/** To the process that renders. */
export interface RasterOrder {
  readonly svg: string;
  /** Of both sides, in pixels. */
  readonly size: number;
}

/** From it. */
export type RasterAnswer = { readonly png: Uint8Array } | { readonly failure: string };
