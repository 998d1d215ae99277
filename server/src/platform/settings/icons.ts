import { describe, rate, text, wholeNumber } from "./kinds.ts";

/** Icons that are made. */
export const icons = {
  ICON_MODEL: describe(
    text.optional(),
    "Icons",
    "that of OpenAI, Replicate, the A1111 server or Gemini, whichever is configured first in this order; `local` where none is",
    "Model that makes icons, with its provider: `openai/gpt-image-2`; `local` for icons of an open set, which no model makes.",
  ),
  ICON_CONCURRENCY: describe(
    wholeNumber(1, 100).default(5),
    "Icons",
    "`5`",
    "Icons of one batch that are worked on at a time.",
  ),
  ICON_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(0),
    "Icons",
    "`0`",
    "How long icons are kept, to be shown and as the answer to the same request. `0` keeps them until they are cleared.",
  ),
  ICON_RATE_LIMIT: describe(
    rate.default({ max: 60, windowMs: 60_000 }),
    "Icons",
    "`60/minute`",
    "Icons and batches that a caller may ask for; `off` for none.",
  ),
} as const;
