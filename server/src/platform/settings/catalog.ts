import { describe, rate, wholeNumber } from "./kinds.ts";

/** Catalogs whose images are made smaller. */
export const catalog = {
  CATALOG_CONCURRENCY: describe(
    wholeNumber(1, 1_000).default(8),
    "Catalog",
    "`8`",
    "Products of one upload that a process works on at a time, with up to four images each. Pixels wait for a core.",
  ),
  CATALOG_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(0),
    "Catalog",
    "`0`",
    "How long images that were made smaller are kept after the last upload that named them. `0` keeps them.",
  ),
  CATALOG_RATE_LIMIT: describe(
    rate.default({ max: 60, windowMs: 60_000 }),
    "Catalog",
    "`60/minute`",
    "Catalogs that a caller may upload; `off` for none.",
  ),
} as const;
