import { describe, wholeNumber } from "./kinds.ts";

/** Work by the million. */
export const batches = {
  CHUNK_SIZE: describe(wholeNumber(1, 100_000).default(2000), "Batches", "`2000`", "Rows of a chunk."),
  MAX_CONCURRENT_BATCHES: describe(
    wholeNumber(1, 10_000).default(20),
    "Batches",
    "`20`",
    "Batches that run at the same time.",
  ),
  MAX_CONCURRENT_WORKERS: describe(
    wholeNumber(1, 10_000).default(100),
    "Batches",
    "`100`",
    "Rows that a process works on at the same time, of all batches together.",
  ),
  MAX_CONCURRENT_REQUESTS: describe(
    wholeNumber(1, 10_000).default(25),
    "Batches",
    "`25`",
    "Rows of one chunk that are worked on at the same time.",
  ),
  RESULT_RETENTION_DAYS: describe(
    wholeNumber(0, 36_500).default(0),
    "Batches",
    "`0`",
    "Batches that ended longer ago are purged, with their results and what is cached for them alone. `0` keeps them.",
  ),
  RETRY_BASE_MS: describe(
    wholeNumber(1, 3_600_000).default(2000),
    "Batches",
    "`2000`",
    "Base of every exponential backoff.",
  ),
} as const;
