import { z } from "zod";
import { describe, flag, rate, wholeNumber } from "./kinds.ts";

/** What callers may ask of a process. */
export const limits = {
  RATE_LIMITS: describe(
    flag.default(true),
    "Limits",
    "`on`",
    "`off` disables all limits on inbound requests.",
  ),
  SIGN_IN_RATE_LIMIT: describe(
    rate.default({ max: 10, windowMs: 60_000 }),
    "Limits",
    "`10/minute`",
    "Attempts to sign in on the page, per address; `off` for none.",
  ),
  PREPARE_RATE_LIMIT: describe(
    rate.default(null),
    "Limits",
    "`off`",
    "Requests to the prepare API per credential, or per address without one: `60/minute`.",
  ),
  REQUEST_TIMEOUT_SECONDS: describe(
    wholeNumber(1, 3600).default(120),
    "Limits",
    "`120`",
    "Time for a whole request to arrive; then, or up to a quarter of it later, the answer is 408. The default takes 50 MB at 3.5 Mbit/s.",
  ),
  PREPARE_CONCURRENCY: describe(
    wholeNumber(1, 1024).optional(),
    "Limits",
    "number of cores",
    "Pictures worked on at the same time.",
  ),
  PREPARE_MEMORY_MB: describe(
    wholeNumber(64, 1_048_576).optional(),
    "Limits",
    "a quarter of the memory, at most 4096",
    "Estimated memory that pictures being worked on and uploads being received may take together; for those of batches, and of catalogs, as much again each.",
  ),
  PREPARE_DEADLINE_SECONDS: describe(
    wholeNumber(1, 600).default(25),
    "Limits",
    "`25`",
    "Longest time for one picture, waiting included; then the answer is 503.",
  ),
  PREPARE_MAX_MEGAPIXELS: describe(
    wholeNumber(1, 1000).default(268),
    "Limits",
    "`268`",
    "Pictures with more pixels are refused before they are decoded.",
  ),
  ANALYSIS_RATE_LIMIT: describe(
    rate.default({ max: 1000, windowMs: 3_600_000 }),
    "Limits",
    "`1000/hour`",
    "Requests to the batch API per credential, or per address without one; `off` for none.",
  ),
  REDIS_URL: describe(
    z.url({ protocol: /^rediss?$/, error: "expected a redis:// or rediss:// address" }).optional(),
    "Limits",
    "–",
    "Redis that shares the windows of inbound limits and carries live events between processes; absent = in memory.",
  ),
} as const;
