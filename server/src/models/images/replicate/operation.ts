import { z } from "zod";
import type { Operation } from "../contract.ts";

/** It becomes a part of an address. */
export const predictionId = z.string().regex(/^[a-z0-9]{1,64}$/i);

const operationSchema = z.object({
  prediction: predictionId,
  /** As it was asked. */
  model: z.string(),
  count: z.int().positive(),
  seed: z.int().nullable(),
  micros_per_image: z.number().nonnegative().nullable(),
});

/** A prediction, and what has to be known besides to read it. */
export type PredictionOperation = z.infer<typeof operationSchema>;

/** @throws {ZodError} for what is no operation of Replicate's */
export const readOperation = (stored: Operation): PredictionOperation => operationSchema.parse(stored);
