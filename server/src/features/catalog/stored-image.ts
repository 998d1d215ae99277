import { z } from "zod";

/** Where a picture was put: into the storage of this service, or to Imgur. */
const imagePlace = z.discriminatedUnion("at", [
  z.object({ at: z.literal("storage"), assetId: z.string(), name: z.string() }),
  // What deletes it there is nobody's to know, and is kept for whoever has to have it deleted.
  z.object({ at: z.literal("imgur"), url: z.string(), deleteHash: z.string() }),
]);

export type ImagePlace = z.infer<typeof imagePlace>;

/** A picture that was made smaller, as it is kept. */
export const madeImage = z.object({
  state: z.literal("made"),
  place: imagePlace,
  format: z.string(),
  /** Pixels, upright. */
  width: z.int(),
  height: z.int(),
  inputBytes: z.int(),
  /** At most `inputBytes`. */
  outputBytes: z.int(),
  /** 1 to 100; null where no detail was given up. */
  quality: z.int().nullable(),
  /** 0 to 1; null where it was not measured. */
  similarity: z.number().nullable(),
  /** Why it is not what was asked for; null where it is. */
  why: z.string().nullable(),
});

export type MadeImage = z.infer<typeof madeImage>;

const failedImage = z.object({ state: z.literal("failed"), code: z.string(), message: z.string() });

/** What became of an image. */
const imageRecord = z.discriminatedUnion("state", [madeImage, failedImage]);

export type ImageRecord = z.infer<typeof imageRecord>;

/** What is stored of a product that has ended: an entry for each of its addresses, in their order. */
export const productOutput = z.object({ images: z.array(imageRecord) });
