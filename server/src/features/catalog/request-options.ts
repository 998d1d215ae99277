import { z } from "zod";
import { efforts, outputFormats } from "./upload-options.ts";

/** One product, as it is stored until its turn. */
export const productInput = z.object({
  serial: z.int(),
  name: z.string(),
  urls: z.array(z.string()).readonly(),
});

/** What is stored with a request. */
export const requestOptions = z.object({
  quality: z.union([z.int(), z.literal("auto")]),
  format: z.enum(outputFormats),
  maxDimension: z.int().nullable(),
  targetBytes: z.int().nullable(),
  effort: z.enum(efforts),
  fileName: z.string().nullable(),
  /** What was fetched since is fresh: pictures of a shop change under one address. ISO 8601. */
  requestedAt: z.string(),
  owner: z.string(),
});

export type RequestOptions = z.infer<typeof requestOptions>;
