import { z } from "zod";
import { isCidr } from "../network.ts";
import { describe, httpUrl, list, rate, secret, text, wholeNumber } from "./kinds.ts";

/** With fewer bytes anybody could sign. */
const isWebhookSecret = (text: string) => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  return base64 !== undefined && Buffer.from(base64, "base64").length >= 16;
};

/** What the service asks of others. */
export const outbound = {
  ALLOW_PRIVATE_NETWORKS: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every((item) => item === "loopback" || isCidr(item)), {
        error: "expected loopback, or ranges such as 10.0.0.0/8",
      })
      .optional(),
    "Outbound",
    "`loopback` in development, nothing in production",
    "Private addresses that image and webhook URLs may reach.",
  ),
  IMAGE_MAX_MB: describe(
    wholeNumber(1, 1000).default(25),
    "Outbound",
    "`25`",
    "Largest image that is fetched from an address.",
  ),
  IMAGE_TIMEOUT_SECONDS: describe(
    wholeNumber(1, 170).default(30),
    "Outbound",
    "`30`",
    "Time for fetching one image, redirects included.",
  ),
  ORIGIN_CONCURRENCY: describe(
    wholeNumber(1, 1000).default(16),
    "Outbound",
    "`16`",
    "Images that a process fetches from one origin (scheme, host and port) at the same time.",
  ),
  ORIGIN_RATE_PER_SECOND: describe(
    wholeNumber(1, 100_000).optional(),
    "Outbound",
    "–",
    "Images a second that a process fetches from one origin; absent = as fast as it answers.",
  ),
  ORIGIN_PATIENCE_MINUTES: describe(
    wholeNumber(0, 10_080).default(10),
    "Outbound",
    "`10`",
    "An origin that keeps failing parks its rows for so long; then they fail as `origin_unavailable`.",
  ),
  URL_CACHE_HOURS: describe(
    wholeNumber(0, 87_600).default(24),
    "Outbound",
    "`24`",
    "How long the image at an address is taken to be what it was. `0` asks for every batch anew.",
  ),
  S3_ENDPOINT: describe(
    httpUrl.optional(),
    "Outbound",
    "Amazon's, by `S3_REGION`",
    "Server of `s3://bucket/key` addresses, where it is not Amazon's.",
  ),
  S3_REGION: describe(text.default("us-east-1"), "Outbound", "`us-east-1`", "Region of the buckets."),
  S3_ACCESS_KEY_ID: describe(text.optional(), "Outbound", "–", "Key that reads `s3://` addresses.", secret),
  S3_SECRET_ACCESS_KEY: describe(text.optional(), "Outbound", "–", "Its secret.", secret),
  S3_SESSION_TOKEN: describe(
    text.optional(),
    "Outbound",
    "–",
    "Its session token, where it is a temporary one.",
    secret,
  ),
  S3_BUCKETS: describe(
    z.string().transform(list).optional(),
    "Outbound",
    "every one that the key can read, but that of `IMAGE_STORAGE_PATH`",
    "Comma list of the buckets that `s3://` addresses may name: whoever may upload a CSV reads with the key.",
  ),
  WEBHOOK_SECRET: describe(
    text
      .refine((secret) => !secret.startsWith("whsec_") || secret.split(",").every(isWebhookSecret), {
        error: "expected whsec_ and the base64 of at least 16 bytes, or a comma list of such",
      })
      .optional(),
    "Outbound",
    "generated in `DATA_DIR`",
    "`whsec_<base64>` (Standard Webhooks), or a comma list of them, the newest first: all of them sign. Any other text is " +
      "taken as raw bytes.",
    secret,
  ),
  WEBHOOK_RATE_LIMIT: describe(
    rate.default({ max: 30, windowMs: 60_000 }),
    "Outbound",
    "`30/minute`",
    "Tests and redeliveries of webhooks that a caller may ask for.",
  ),
} as const;
