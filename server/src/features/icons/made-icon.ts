import { z } from "zod";
import { iconFormats } from "./choices.ts";
import type { IconFacts, IconFileRow, StoredIcon } from "./icon-store.ts";

/** What came of one icon, as it is stored with its batch. */
export const madeIcon = z.object({
  /** Whether it was there already. */
  cached: z.boolean(),
  /** What making it took, in milliseconds. */
  madeMs: z.number(),
  /** How often it was tried, the last time included. */
  attempts: z.number(),
  facts: z.record(z.string(), z.json()),
  /** The icon itself first. */
  files: z
    .array(
      z.object({
        assetId: z.uuid(),
        name: z.string(),
        format: z.enum(iconFormats),
        sides: z.string(),
        size: z.number(),
      }),
    )
    .min(1),
});
export type MadeIcon = z.infer<typeof madeIcon>;

export const madeOf = (
  { facts, madeMs }: { readonly facts: IconFacts; readonly madeMs: StoredIcon["madeMs"] },
  files: readonly IconFileRow[],
  {
    notMade,
    ...how
  }: { readonly cached: boolean; readonly attempts: number; readonly notMade: readonly number[] },
): MadeIcon => ({
  ...how,
  madeMs: madeMs ?? 0,
  facts: {
    ...(facts as MadeIcon["facts"]),
    ...(notMade.length > 0 && { sizes_not_made: [...notMade] }),
  },
  files: files.map(({ assetId, name, format, sides, size }) => ({ assetId, name, format, sides, size })),
});
