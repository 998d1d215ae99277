import { z } from "zod";
import { shownAddress } from "../../platform/webhooks/address.ts";
import type { Attempt, Delivery, DeliveryDetails } from "../../platform/webhooks/delivery.ts";
import { auditQuery } from "./audit-schema.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");
const count = z.int().nonnegative();

const attempt = z.object({
  number: count.describe("0 where nothing could be sent at all."),
  at: time,
  took_ms: count,
  delivered: z.boolean(),
  status_code: z
    .int()
    .nullable()
    .describe(
      "Of the receiver's answer; null where there was none, and where it was no more than looked at.",
    ),
  code: z
    .string()
    .nullable()
    .describe("Why it failed, such as `http_status`, `redirected`, `gone` or `response_timeout`."),
  reason: z.string().nullable().describe("The same in a sentence."),
  response: z.string().nullable().describe("The beginning of the receiver's answer, at most 1 KB."),
});

const delivery = z.object({
  id: z.string().describe("The `webhook-id`: the same in all attempts."),
  event: z.string(),
  topic: z.string().describe("What it is about, such as `media/job/{id}`."),
  owner: z.string().describe("Whose it is: the owner of the credential."),
  url: z.string().describe("Without its user, password and query."),
  status: z
    .enum(["pending", "delivered", "failed", "disabled"])
    .describe(
      "`pending`: it is or will be tried. `failed`: it was given up. `disabled`: its receiver has answered 410.",
    ),
  attempt_count: count.describe("Attempts begun."),
  attempting: z.boolean().describe("Whether one is under way."),
  next_attempt_at: time.nullable(),
  created_at: time,
  ended_at: time.nullable(),
  attempts: z
    .array(attempt)
    .describe(
      "Those that ended, in their order: the last ten in the list, the last hundred of a single one.",
    ),
});

const details = delivery.extend({ body: z.string().describe("Exactly what is sent.") });

const limitError = { error: "expected a whole number from 1 to 100" };

export const deliveriesQuery = z.object({
  status: delivery.shape.status.optional(),
  event: z
    .string()
    .max(100)
    .regex(/^[\w-]+(\.[\w-]+)*$/, { error: "expected an event such as batch.completed" })
    .optional(),
  topic: z
    .string()
    .max(200)
    .regex(/^[\w./-]+$/, { error: "expected a topic such as media/job/{id}" })
    .optional()
    .describe("What it is about."),
  url: z
    .string()
    .max(2048)
    .optional()
    .describe("Of the receiver, whole or as it is shown. What is behind a `?` is not compared."),
  since: auditQuery.shape.since,
  limit: z.coerce.number(limitError).int(limitError).min(1, limitError).max(100, limitError).default(20),
  after: z
    .string()
    .transform((text, context): Pick<Delivery, "createdAt" | "id"> => {
      const [, at = "", id = ""] = cursorForm.exec(text) ?? [];
      const createdAt = new Date(at);
      if (!Number.isNaN(createdAt.getTime())) return { createdAt, id };
      context.addIssue({ code: "custom", message: "expected next_after of the page before, as it was sent" });
      return z.NEVER;
    })
    .optional()
    .meta({ type: "string", description: "`next_after` of the page before." }),
});

/** Nothing was sent in another millennium, and what year 0 is to a database is not worth knowing. */
const cursorForm = /^(2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([\w-]{1,100})$/;

export const cursorText = ({ createdAt, id }: Delivery): string => `${createdAt.toISOString()}_${id}`;

export const deliveryParams = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/, { error: "expected the id of a delivery" }),
});

export const testRequest = z.object({
  url: z
    .string()
    .max(2048)
    .refine((text) => shownAddress(text) !== "", { error: "expected an http:// or https:// address" })
    .describe("Of the receiver that is tried."),
});

const envelope = { success: z.literal(true), timestamp: time };

export const deliveriesResponse = z.object({
  ...envelope,
  deliveries: z.array(delivery),
  next_after: z
    .string()
    .nullable()
    .describe("Send it as `after` for older deliveries; null where there are none."),
});

export const deliveryResponse = z.object({ ...envelope, delivery: details });

export const testResponse = z.object({
  ...envelope,
  delivered: z.boolean().describe("Whether the receiver answered with a status of 2xx."),
  delivery: details,
});

export const deliveryAnswer = (one: Delivery) => ({
  id: one.id,
  event: one.event,
  topic: one.topic,
  owner: one.owner,
  url: one.url,
  status: one.state,
  attempt_count: one.attempts,
  attempting: one.attempting,
  next_attempt_at: one.nextAttemptAt?.toISOString() ?? null,
  created_at: one.createdAt.toISOString(),
  ended_at: one.endedAt?.toISOString() ?? null,
  attempts: one.log.map(attemptAnswer),
});

export const detailsAnswer = (one: DeliveryDetails) => ({ ...deliveryAnswer(one), body: one.body });

const attemptAnswer = (one: Attempt) => ({
  number: one.number,
  at: one.begunAt.toISOString(),
  took_ms: one.tookMs,
  delivered: one.delivered,
  status_code: one.status,
  code: one.code,
  reason: one.reason,
  response: one.excerpt,
});
