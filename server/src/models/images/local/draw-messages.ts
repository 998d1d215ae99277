import type { Pixels } from "./draw.ts";

/** From the thread that draws; its order is a `Subject`. */
export type FromDrawThread = { readonly progress: number } | { readonly pixels: Pixels };
