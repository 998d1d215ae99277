import { z } from "zod";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();
const limit = count.nullable().describe("Null where it is not limited here.");

const usage = {
  calls: count,
  input_tokens: count,
  output_tokens: count,
  estimated_cost_usd: z
    .number()
    .nullable()
    .describe("By the prices of the catalog; null where none is known."),
  unpriced_calls: count,
  possibly_paid_twice: count,
};

const keyStatus = z.object({
  key_id: z.string().describe("A hash: it stays the same, and tells nothing of the key."),
  label: z.string().describe("The key's last characters."),
  usable: z
    .boolean()
    .describe("False once the provider has refused it for good; see `POST /admin/quotas/restore`."),
  last_error: z.object({ reason: z.string(), at: time }).nullable(),
});

const groupStatus = z.object({
  name: z.string(),
  limits: z.object({
    requests_per_minute: limit,
    requests_per_day: limit,
    tokens_per_minute: limit,
    concurrency: limit,
  }),
  share_in_use: z
    .number()
    .describe("Of the limits; below 1 for a while after the provider refused something."),
  requests_today: count,
  parked_until: time
    .nullable()
    .describe(
      "Until when nothing is asked: the provider has refused, or the requests of the day are used up.",
    ),
  parked_reason: z.string().nullable(),
  keys: z.array(keyStatus),
});

export const quotasResponse = z.object({
  success: z.literal(true),
  data: z.object({
    providers: z.array(
      z.object({
        provider: z
          .string()
          .describe(
            "With its model where each model has the limits for itself, such as `gemini/gemini-3.5-flash-lite`: the usual " +
              "one, and those that were asked.",
          ),
        groups: z.array(groupStatus),
        suspicions: z
          .array(z.object({ groups: z.array(z.string()).length(2), times: count, message: z.string() }))
          .describe(
            "Groups that are always refused together: probably one project, whose limits they share.",
          ),
      }),
    ),
    usage: z
      .array(
        z.object({
          day: z.iso.date().describe("UTC."),
          provider: z.string(),
          group: z.string(),
          key_id: z.string().nullable(),
          label: z.string().nullable(),
          ...usage,
        }),
      )
      .describe("What calls with each key came to, by day, the newest first."),
    warnings: z.array(z.string()),
  }),
  timestamp: time,
});

const mostDays = 366;

export const quotasQuery = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(mostDays)
    .default(7)
    .describe("How many days of `usage`, today being one of them."),
});

export const restoreRequest = z.preprocess(
  (value) => value ?? {},
  z.object({
    provider: z
      .string()
      .max(128)
      .optional()
      .describe("As `GET /admin/quotas` calls it, or its beginning up to a `/`; absent for all."),
    key_id: z
      .string()
      .max(64)
      .optional()
      .describe("One key, and no group; absent for all keys, and the groups too."),
  }),
);

export const restoreResponse = z.object({
  success: z.literal(true),
  data: z.object({
    restored: z.array(z.string()).describe("Labels of the keys that are tried again."),
    unparked: z
      .array(z.object({ provider: z.string(), group: z.string() }))
      .describe("Groups that the provider had parked, and that are asked again."),
  }),
  timestamp: time,
});
