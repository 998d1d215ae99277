import { z } from "zod";
import { describe, list, rate, text, wholeNumber } from "./kinds.ts";

/** Pictures that are made. */
export const media = {
  MEDIA_MODEL: describe(
    text.optional(),
    "Media",
    "that of Replicate, OpenAI, the A1111 server or Gemini, whichever is configured first in this order; in development " +
      "`local` where none is",
    "Model of jobs that name none, with its provider: `replicate/black-forest-labs/flux-schnell`; `local` for pictures that " +
      "no model makes.",
  ),
  MEDIA_MODELS: describe(
    z.string().transform(list).optional(),
    "Media",
    "every one that a configured provider has",
    "Comma list of the models that jobs may name, beside the usual one: whoever creates jobs spends with your keys.",
  ),
  MEDIA_MAX_RETRIES: describe(
    wholeNumber(0, 100).default(3),
    "Media",
    "`3`",
    "How often a media job is tried again after a failure of its provider.",
  ),
  MEDIA_CONCURRENCY: describe(
    wholeNumber(1, 1_000).default(8),
    "Media",
    "`8`",
    "Starts that a process has under way at a time of each provider that answers with the pictures (OpenAI, Gemini, A1111, " +
      "`local`): one of 4K takes some 250 MB.",
  ),
  MEDIA_TIMEOUT_SECONDS: describe(
    wholeNumber(5, 800).default(300),
    "Media",
    "`300`",
    "How long a model may take for one start.",
  ),
  MEDIA_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(30),
    "Media",
    "`30`",
    "How long pictures are kept, and jobs after their end. `0` keeps them.",
  ),
  MEDIA_CREATE_RATE_LIMIT: describe(
    rate.default({ max: 10, windowMs: 60_000 }),
    "Media",
    "`10/minute`",
    "Jobs that a caller may create.",
  ),
  MEDIA_STATUS_RATE_LIMIT: describe(
    rate.default({ max: 60, windowMs: 60_000 }),
    "Media",
    "`60/minute`",
    "How often a caller may ask how a job is.",
  ),
} as const;
