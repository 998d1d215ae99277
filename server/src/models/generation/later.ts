import type { Advanced } from "./contract.ts";
import type { Generation } from "./store.ts";

/** @param at milliseconds since 1970 */
export const later = ({ progress }: Generation, at: number): Advanced => ({
  as: "later",
  at: new Date(at),
  progress,
});
