import { z } from "zod";
import type { AuditCursor, AuditRecord } from "../../platform/audit/entry.ts";

const time = z.iso.datetime().describe("ISO 8601, UTC.");

/** PostgreSQL writes years before 1 and after 9999 in ways of its own; nothing was recorded in them. */
const isStorable = (date: Date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999;

const isoTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** A time in a query: a day is its beginning, UTC. */
const moment = z
  .string()
  .transform((text, context) => {
    // Who does not encode the `+` of an offset sends a space.
    const parsed = isoTime.safeParse(text.trim().replace(" ", "+"));
    const date = new Date(parsed.success ? parsed.data : Number.NaN);
    if (isStorable(date)) return date;
    context.addIssue({
      code: "custom",
      message: "expected an ISO 8601 time or day, such as 2026-11-21T08:00:00Z",
    });
    return z.NEVER;
  })
  .optional();

/** The entry that the page before ended with, as {@link cursorText} wrote it. */
const cursor = z
  .string()
  .transform((text, context): AuditCursor => {
    const [, at = "", id = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_(\d{1,15})$/.exec(text) ?? [];
    const date = new Date(at);
    if (isStorable(date)) return { at: date, id: Number(id) };
    context.addIssue({ code: "custom", message: "expected next_after of the page before, as it was sent" });
    return z.NEVER;
  })
  .optional();

export const cursorText = ({ at, id }: AuditCursor): string => `${at.toISOString()}_${id}`;

const limitError = { error: "expected a whole number from 1 to 1000" };

export const auditQuery = z
  .object({
    action: z
      .string()
      .max(100)
      .regex(/^[\w-]+(\.[\w-]+)*$/, {
        error: "expected an action such as batch.cancel, or its beginning: batch",
      })
      .optional()
      .describe(
        "What was done; `batch` stands for `batch.cancel` and everything else that begins with `batch.`.",
      ),
    target: z.string().min(1).max(500).optional().describe("What it was done to, such as the id of a batch."),
    actor: z.string().min(1).max(500).optional().describe("Who did it: the owner of the credential."),
    since: moment.meta({ type: "string", description: "At this time or later: ISO 8601, or a day (UTC)." }),
    until: moment.meta({ type: "string", description: "Before this time." }),
    limit: z.coerce.number(limitError).int(limitError).min(1, limitError).max(1000, limitError).default(100),
    after: cursor.meta({ type: "string", description: "`next_after` of the page before." }),
  })
  .refine(({ since, until }) => !since || !until || since < until, {
    path: ["until"],
    error: "expected a time after since",
  });

export const auditResponse = z.object({
  success: z.literal(true),
  entries: z.array(
    z.object({
      id: z.string().describe("In the order of writing."),
      at: time,
      actor: z.string().describe("Owner of the credential; `service` where `method` is `service` too."),
      method: z.string().describe("How they showed who they are; `service` is the service by itself."),
      address: z.string().nullable().describe("Of the client."),
      request_id: z.string().nullable().describe("`X-Request-ID` of the request."),
      action: z.string(),
      target: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
  next_after: z
    .string()
    .nullable()
    .describe("Send it as `after` for older entries; null where there are none."),
  timestamp: time,
});

export const entryAnswer = (entry: AuditRecord) => ({
  id: String(entry.id),
  at: entry.at.toISOString(),
  actor: entry.actor,
  method: entry.method,
  address: entry.address,
  request_id: entry.requestId,
  action: entry.action,
  target: entry.target,
  details: entry.details,
});
